import type { ClientFrame, Rating } from '../protocol';
import { type Http, HttpError } from './http';
import type { Link, LinkEvents } from './link';

/** Seconds the server may hold a poll; the protocol allows 25. */
export const WAIT_SECONDS = 20;
/** The same while the visitor waits for a person: their place changes without any update. */
export const QUEUE_SECONDS = 5;
/** A server that answers «nothing new» without waiting is asked again only after this long. */
export const PAUSE_MS = 1_000;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Long polling in the clothes of a WebSocket: what HTTP has no call for (typing, read) is dropped. */
export function openPoll(http: Http, token: string, events: LinkEvents): Link {
  const cancel = new AbortController();
  let cursor = -1;
  let waits = false;
  let posts = Promise.resolve();
  const closed = (): boolean => cancel.signal.aborted;

  function close(): void {
    cancel.abort();
  }
  function fail(error: unknown): void {
    if (closed()) return;
    const refused = error instanceof HttpError && !error.passing;
    if (refused) events.frame({ type: 'error', error: { code: error.code, message: '' } });
    if (closed()) return;
    close();
    events.down();
  }

  async function round(wait: number): Promise<void> {
    const asked = Date.now();
    const { updates, place } = await http.updates(token, cursor, wait, cancel.signal);
    if (closed()) return;
    for (const update of updates) {
      cursor = Math.max(cursor, update.seq);
      events.frame({ type: 'update', update });
    }
    waits = place !== null;
    if (place !== null) events.frame(place);
    if (wait > 0 && updates.length === 0 && Date.now() - asked < PAUSE_MS) await pause();
  }
  async function follow(): Promise<void> {
    await round(0);
    const state = await http.conversation(token);
    if (!closed()) events.frame({ type: 'state', ...state });
    while (!closed()) await round(waits ? QUEUE_SECONDS : WAIT_SECONDS);
  }
  function resume(after: number): void {
    const running = cursor >= 0;
    cursor = after;
    if (!running) follow().catch(fail);
  }

  async function post(id: string, text: string): Promise<void> {
    try {
      const seq = await http.message(token, id, text);
      if (!closed()) events.frame({ type: 'ack', client_message_id: id, seq });
    } catch (error) {
      refuse(error, id);
    }
  }
  /** One after the other: two requests at once could change places. */
  function queue(id: string, text: string): void {
    posts = posts.then(() => (closed() ? undefined : post(id, text)));
  }
  async function rate(rating: Rating): Promise<void> {
    await http.rate(token, rating).catch((error: unknown) => refuse(error));
  }
  function refuse(error: unknown, id?: string): void {
    if (!(error instanceof HttpError) || error.passing) fail(error);
    else if (!closed()) events.frame({ type: 'error', error: { code: error.code, message: '' }, client_message_id: id });
  }

  function send(frame: ClientFrame): void {
    if (frame.type === 'resume') resume(frame.after);
    else if (frame.type === 'send') queue(frame.client_message_id, frame.text);
    else if (frame.type === 'choose') queue(frame.client_message_id, frame.label);
    else if (frame.type === 'rate') {
      const { resolved, stars, comment } = frame;
      void rate(comment === undefined ? { resolved, stars } : { resolved, stars, comment });
    }
  }

  void Promise.resolve().then(() => {
    if (!closed()) events.up();
  });
  return { send, close };
}
