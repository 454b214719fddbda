/** Where chosen pictures outlive the page: IndexedDB, since they are too large for the browser's other stores. */
import { createStore, del, entries, get, set } from 'idb-keyval';
import type { Visibility } from '../api/types';

export interface ShelvedPicture {
  staffId: string;
  conversationId: string;
  name: string;
  type: string;
  /** Bytes instead of a file: not every browser stores files for good. */
  bytes: ArrayBuffer;
  /** When it was chosen, epoch milliseconds. */
  at: number;
  /** How it was sent, once it was; an earlier page may not have heard whether it arrived. */
  sentAs: Visibility | null;
}

const shelf = createStore('bangban', 'pictures');

/** False when the browser does not keep it, being full or forbidden to. */
export async function shelve(id: string, picture: ShelvedPicture): Promise<boolean> {
  try {
    await set(id, picture, shelf);
    return true;
  } catch {
    return false;
  }
}

/** `unknown` when the browser does not say. */
export async function isShelved(id: string): Promise<boolean | 'unknown'> {
  try {
    return (await get(id, shelf)) !== undefined;
  } catch {
    return 'unknown';
  }
}

export async function unshelve(id: string): Promise<void> {
  try {
    await del(id, shelf);
  } catch {
    // Where nothing can be taken away nothing could be put.
  }
}

/** All of them, by id, in the order they were chosen. */
export async function shelved(): Promise<[string, ShelvedPicture][]> {
  try {
    const all = await entries<string, ShelvedPicture>(shelf);
    return all.sort(([, a], [, b]) => a.at - b.at);
  } catch {
    return [];
  }
}
