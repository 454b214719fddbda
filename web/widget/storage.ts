/** What must survive a reload. A browser that refuses storage gets the same, for as long as the page lives. */
import type { Outgoing } from './state';

export interface Saved {
  token: string;
  conversationId: string;
}

export interface Continued {
  former: Saved | null;
}

type Area = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export interface Memory {
  saved(): Saved | null;
  save(saved: Saved): void;
  forget(): void;
  /** Set while the conversation is one that a link led to, with the one this page had before, if any. */
  continued(): Continued | null;
  saveContinued(value: Continued): void;
  seenSeq(): number;
  saveSeen(seq: number): void;
  unsent(): Outgoing[];
  keep(message: Outgoing): void;
  drop(id: string): void;
  panelOpen(): boolean;
  savePanel(open: boolean): void;
  /** Which part a changed storage key belongs to. */
  partOf(key: string | null): 'saved' | 'seen' | null;
}

function memoryArea(): Area {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    key: (index) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}

/** The storage if it can really be written to (private windows, blocked cookies and full disks refuse). */
export function usable(get: () => Storage): Area {
  try {
    const area = get();
    area.setItem('bangban:probe', '1');
    area.removeItem('bangban:probe');
    return area;
  } catch {
    return memoryArea();
  }
}

function read(area: Area, key: string): unknown {
  try {
    return JSON.parse(area.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(area: Area, key: string, value: unknown): void {
  try {
    area.setItem(key, JSON.stringify(value));
  } catch {
    // Full: the conversation goes on, only a reload would lose this.
  }
}

function keys(area: Area, prefix: string): string[] {
  const all = Array.from({ length: area.length }, (_, index) => area.key(index));
  return all.filter((key): key is string => key?.startsWith(prefix) ?? false);
}

function toSaved(raw: unknown): Saved | null {
  const { token, conversationId } = (raw ?? {}) as Partial<Saved>;
  return typeof token === 'string' && typeof conversationId === 'string' ? { token, conversationId } : null;
}

function toOutgoing(raw: unknown): Outgoing[] {
  const { id, text, choice, at } = (raw ?? {}) as Partial<Outgoing>;
  if (typeof id !== 'string' || typeof text !== 'string' || typeof at !== 'number') return [];
  return [{ id, text, at, choice: choice ?? null, status: 'sending', reason: null }];
}

/**
 * Everything under `bangban:<server>:`. Unsent messages have a key each, so that two tabs never overwrite
 * each other's; the open panel belongs to the tab.
 */
export function createMemory(server: string, local: Area, tab: Area): Memory {
  const name = (part: string): string => `bangban:${server}:${part}`;
  return {
    saved: () => toSaved(read(local, name('conversation'))),
    save: (saved) => write(local, name('conversation'), saved),
    forget() {
      local.removeItem(name('conversation'));
      local.removeItem(name('seen'));
      local.removeItem(name('continued'));
    },
    continued() {
      const raw = read(local, name('continued')) as Partial<Continued> | null;
      return raw && { former: toSaved(raw.former) };
    },
    saveContinued: (value) => write(local, name('continued'), value),
    seenSeq: () => Number(read(local, name('seen'))) || 0,
    saveSeen: (seq) => write(local, name('seen'), seq),
    unsent: () =>
      keys(local, name('unsent:'))
        .flatMap((key) => toOutgoing(read(local, key)))
        .sort((a, b) => a.at - b.at),
    keep: (message) => write(local, name(`unsent:${message.id}`), message),
    drop: (id) => local.removeItem(name(`unsent:${id}`)),
    panelOpen: () => read(tab, name('open')) === true,
    savePanel: (open) => write(tab, name('open'), open),
    partOf(key) {
      if (key === name('conversation')) return 'saved';
      return key === name('seen') ? 'seen' : null;
    },
  };
}

/** Goes on with another conversation than `own`, and keeps the one this page had before any link to come back to. */
export function continueWith(memory: Memory, saved: Saved, own: Saved | null): void {
  const before = memory.continued();
  const former = before ? before.former : own;
  memory.forget();
  memory.saveContinued({ former });
  memory.save(saved);
}

/** Leaves the conversation of a link; the one this page had before it, if any. */
export function goBack(memory: Memory): Saved | null {
  const former = memory.continued()?.former ?? null;
  memory.forget();
  if (former) memory.save(former);
  return former;
}
