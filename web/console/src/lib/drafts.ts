/** What is typed and not sent yet, by conversation; survives a reload and a closed window. */
import type { Visibility } from '../api/types';

export interface Draft {
  text: string;
  visibility: Visibility;
  /** Local time of the last change, epoch milliseconds. */
  at?: number;
}

export const EMPTY_DRAFT: Readonly<Draft> = { text: '', visibility: 'public' };

export type KeyValueStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** How long an unsent draft is kept on the machine, milliseconds. */
export const KEEP_MS = 3 * 86_400_000;

/** Reads JSON of the wanted shape; anything else, also an unreadable store, counts as absent. */
export function readJson<T>(store: KeyValueStore, key: string, fits: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(store.getItem(key) ?? 'null');
    return fits(value) ? value : null;
  } catch {
    return null;
  }
}

/** Writes JSON; a full or forbidden store (false) costs the copy, never the work on screen. */
export function writeJson(store: KeyValueStore, key: string, value: unknown): boolean {
  try {
    if (value === null) store.removeItem(key);
    else store.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // The value lives on in memory.
  }
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return typeof draft?.text === 'string' && (draft.visibility === 'public' || draft.visibility === 'internal');
}

/** Drafts of one member of staff: the next person at the same tab starts empty. */
export class DraftStore {
  constructor(
    private readonly store: KeyValueStore,
    private readonly staffId: string,
  ) {}

  load(conversationId: string): Draft {
    return readJson(this.store, this.key(conversationId), isDraft) ?? { ...EMPTY_DRAFT };
  }

  save(conversationId: string, draft: Draft, now: number = Date.now()): void {
    const empty = draft.text === '' && draft.visibility === 'public';
    writeJson(this.store, this.key(conversationId), empty ? null : { ...draft, at: now });
  }

  /** Removes what was left lying for days, whoever wrote it: the machine may be shared. */
  static sweep(store: Storage, now: number): void {
    const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '');
    for (const key of keys.filter((name) => name.startsWith('bangban.draft.'))) {
      const draft = readJson(store, key, isDraft);
      if (!draft || now - (draft.at ?? 0) > KEEP_MS) store.removeItem(key);
    }
  }

  private key(conversationId: string): string {
    return `bangban.draft.${this.staffId}.${conversationId}`;
  }
}
