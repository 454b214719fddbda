/** Messages on their way: shown at once, sent again under the same id until the server has them. */
import type { OutgoingMessage, Update } from '../api/types';

export type SendState = 'sending' | 'retrying' | 'failed' | 'accepted';

export interface Pending extends OutgoingMessage {
  conversation_id: string;
  /** Local time of writing, epoch milliseconds. */
  written_at: number;
  state: SendState;
  attempts: number;
  /** The server said no, so that sending the same again is the helper's decision. */
  refused: boolean;
  /** The browser keeps it, so that it outlives the page. */
  kept: boolean;
  /** Sent for the first time, so that the server's time of it is the time of sending. */
  fresh: boolean;
  seq: number | null;
  error: string | null;
}

export function newPending(conversationId: string, message: OutgoingMessage, now: number): Pending {
  const fresh = { state: 'sending' as const, attempts: 0, refused: false, kept: false, fresh: true, seq: null, error: null };
  return { ...message, ...fresh, conversation_id: conversationId, written_at: now };
}

/** Leaves out what the list of updates already shows. */
export function unconfirmed(pending: readonly Pending[], updates: readonly Update[]): Pending[] {
  const ids = new Set(updates.map((update) => update.client_message_id).filter((id) => id !== null));
  const last = updates.at(-1)?.seq ?? 0;
  return pending.filter((item) => !ids.has(item.client_message_id) && (item.seq === null || item.seq > last));
}

/** Whether sending the same again can help: the network, an overload or a fault of the server may pass. */
export function worthRetrying(status: number | null): boolean {
  return status === null || status === 429 || status >= 500;
}

export function isPending(value: unknown): value is Pending {
  const item = value as Partial<Pending> | null;
  return typeof item?.client_message_id === 'string' && typeof item.conversation_id === 'string'
    && typeof item.text === 'string' && typeof item.written_at === 'number'
    && (item.visibility === 'public' || item.visibility === 'internal');
}

/** So long after it was written a reply goes without being asked about again, milliseconds. */
const STALE_MS = 3_600_000;

/** What was kept for long may answer a question that has been settled since: the helper decides. */
export function isStale(writtenAt: number, now: number): boolean {
  return now - writtenAt > STALE_MS;
}

/** An id as the protocol wants it: 1 to 64 characters of `[A-Za-z0-9_-]`. */
export function newMessageId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
