/** One way to the server, a WebSocket or long polling: the same frames go in and come out of both. */
import type { ClientFrame, ServerFrame } from '../protocol';

export interface LinkEvents {
  up(): void;
  frame(frame: ServerFrame): void;
  /** Called once, also when it never came up; not after `close()`. */
  down(): void;
}

export interface Link {
  send(frame: ClientFrame): void;
  close(): void;
}
