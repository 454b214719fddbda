/** Replies not sent yet, kept in the browser: an entry each, so that two tabs never undo each other's. */
import { KEEP_MS, readJson, writeJson } from './drafts';
import { isPending, type Pending } from './outbox';

const PREFIX = 'bangban.outbox.';

export class KeptReplies {
  private readonly prefix: string;

  constructor(
    private readonly store: Storage,
    staffId: string,
  ) {
    this.prefix = `${PREFIX}${staffId}.`;
  }

  /** In the order they were written. */
  all(): Pending[] {
    const ids = namesIn(this.store).flatMap((name) => this.idOf(name) ?? []);
    return ids.flatMap((id) => this.find(id) ?? []).sort((a, b) => a.written_at - b.written_at);
  }

  find(id: string): Pending | null {
    const item = readJson(this.store, this.prefix + id, isPending);
    return item && { ...item, kept: true };
  }

  /** False when the browser does not keep it, being full or forbidden to. */
  keep(item: Pending): boolean {
    return writeJson(this.store, this.prefix + item.client_message_id, item);
  }

  drop(id: string): void {
    writeJson(this.store, this.prefix + id, null);
  }

  /** Whose entry this is, if it is one of this person. */
  idOf(name: string | null): string | null {
    return name?.startsWith(this.prefix) ? name.slice(this.prefix.length) : null;
  }

  /** Leaves nothing of anybody else, nor what was left lying for days: the machine may be shared. */
  sweep(now: number): void {
    for (const name of namesIn(this.store).filter((it) => it.startsWith(PREFIX))) {
      const id = this.idOf(name);
      const item = id === null ? null : this.find(id);
      if (!item || now - item.written_at > KEEP_MS) writeJson(this.store, name, null);
    }
  }
}

function namesIn(store: Storage): string[] {
  try {
    return Array.from({ length: store.length }, (_, index) => store.key(index) ?? '');
  } catch {
    return []; // A browser that forbids storage keeps nothing.
  }
}
