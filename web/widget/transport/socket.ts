import { readFrame } from '../protocol';
import type { Link, LinkEvents } from './link';

export const PING_MS = 20_000;
/** Two pings unanswered: the connection is dead, whatever the browser believes. */
export const SILENCE_MS = 45_000;
export const OPENING_MS = 8_000;

export const socketUrl = (server: string, token: string): string =>
  `${server.replace(/^http/, 'ws')}/api/visitor/ws?token=${encodeURIComponent(token)}`;

export function openSocket(url: string, events: LinkEvents, Socket: typeof WebSocket): Link {
  const socket = new Socket(url);
  let heard = Date.now();
  let pinging: ReturnType<typeof setInterval> | undefined;
  const opening = setTimeout(drop, OPENING_MS);

  function close(): void {
    clearTimeout(opening);
    clearInterval(pinging);
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
  function drop(): void {
    close();
    events.down();
  }
  function beat(): void {
    if (Date.now() - heard > SILENCE_MS) drop();
    else socket.send('{"type":"ping"}');
  }

  socket.onopen = () => {
    clearTimeout(opening);
    heard = Date.now();
    pinging = setInterval(beat, PING_MS);
    events.up();
  };
  socket.onmessage = (message) => {
    heard = Date.now();
    const frame = readFrame(message.data);
    if (frame) events.frame(frame);
  };
  socket.onclose = socket.onerror = drop;

  return {
    send(frame) {
      if (socket.readyState !== Socket.OPEN) return;
      socket.send(JSON.stringify(frame, (key, value: unknown) => (key === 'label' ? undefined : value)));
    },
    close,
  };
}
