/** Composition root: the script tag's settings -> session -> element -> `window.bangban`. */
import { type Api, Emitter, createApi, earlyCalls, replay, tellPage } from './api';
import { BangbanWidget, TAG } from './element';
import { Session } from './session';
import { type Settings, readSettings } from './settings';
import { createMemory, usable } from './storage';
import { Connection } from './transport/connection';
import { followLink } from './link';
import { type Http, createHttp } from './transport/http';
import { openPoll } from './transport/poll';
import { openSocket, socketUrl } from './transport/socket';

declare global {
  interface Window {
    bangban?: unknown;
  }
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function createSession(settings: Settings, http: Http): Session {
  const { server } = settings;
  const memory = createMemory(server, usable(() => window.localStorage), usable(() => window.sessionStorage));
  return new Session({
    settings,
    memory,
    http,
    random: Math.random,
    newId,
    connect: (token, events) =>
      new Connection({
        token,
        http,
        random: Math.random,
        events,
        socket: (linkEvents) => openSocket(socketUrl(server, token), linkEvents, window.WebSocket),
        poll: (linkEvents) => openPoll(http, token, linkEvents),
      }),
  });
}

function mount(settings: Settings): Api {
  const http = createHttp(settings.server, (...args) => window.fetch(...args));
  const session = createSession(settings, http);
  const emitter = new Emitter();
  const element = new BangbanWidget();
  const api = createApi({ session, emitter, rebuild: () => element.rebuild() });
  const calls = earlyCalls(window.bangban);
  window.bangban = api;
  tellPage(session, emitter);
  window.addEventListener('storage', (event) => session.storageChanged(event.key));
  // Before the history comes in, so that no event passes a listener that was queued in time.
  replay(api, calls.filter(([name]) => name.startsWith('set') || name === 'on' || name === 'pageVisited'));
  session.restore();
  element.attach(session);
  document.body.append(element);
  replay(api, calls.filter(([name]) => !name.startsWith('set') && name !== 'on' && name !== 'pageVisited'));
  emitter.emit('ready', {});
  const open = followLink(window, http);
  if (open) void session.follow(open);
  return api;
}

export function boot(script: HTMLScriptElement | null): void {
  // Included twice, or by two parts of one page: the first stays.
  if (customElements.get(TAG)) return;
  customElements.define(TAG, BangbanWidget);
  const settings = readSettings(script, window.location.href);
  if (document.body) mount(settings);
  else document.addEventListener('DOMContentLoaded', () => mount(settings), { once: true });
}
