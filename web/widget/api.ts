/** `window.bangban`: what a page may call, and what it is told. */
import { type PublicEvent, publicEvents, unread } from './select';
import type { Session } from './session';
import { type Settings, toLocale, toPage, toProfile } from './settings';

export const METHODS = [
  'open', 'close', 'toggle', 'setVisitor', 'setDistrict', 'setLocale', 'pageVisited', 'on', 'off',
] as const;
export type Method = (typeof METHODS)[number];
type EventName = PublicEvent['name'] | 'unreadCount' | 'ready';
type Handler = (detail: Record<string, unknown>) => void;
/** A call made before the script had loaded: its name, then its arguments. */
export type EarlyCall = [Method, ...unknown[]];

export class Emitter {
  private readonly handlers = new Map<string, Set<Handler>>();
  private isReady = false;

  on(name: unknown, handler: unknown): void {
    if (typeof name !== 'string' || typeof handler !== 'function') return;
    const set = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, set.add(handler as Handler));
    // Who asks late still learns of it.
    if (name === 'ready' && this.isReady) this.call(handler as Handler, {});
  }

  /** Without a handler: all of that name. */
  off(name: unknown, handler?: unknown): void {
    if (handler === undefined) this.handlers.delete(String(name));
    else this.handlers.get(String(name))?.delete(handler as Handler);
  }

  emit(name: EventName, detail: Record<string, unknown>): void {
    if (name === 'ready') this.isReady = true;
    this.handlers.get(name)?.forEach((handler) => this.call(handler, detail));
  }

  /** An error in the page's handler is reported as the page's, and does not stop the widget. */
  private call(handler: Handler, detail: Record<string, unknown>): void {
    try {
      handler(detail);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
}

export type Api = Record<Method, (...args: unknown[]) => void> & { push(...calls: EarlyCall[]): void };

export interface ApiParts {
  session: Session;
  emitter: Emitter;
  rebuild: () => void;
}

export function createApi({ session, emitter, rebuild }: ApiParts): Api {
  const settings: Settings = session.settings;
  const api: Api = {
    open: () => session.setOpen(true),
    close: () => session.setOpen(false),
    toggle: () => session.setOpen(!session.state.panelOpen),
    setVisitor: (profile) => void (settings.visitor = toProfile(profile)),
    setDistrict(district) {
      settings.district = typeof district === 'string' && district !== '' ? district : null;
    },
    setLocale(locale) {
      settings.locale = toLocale(locale);
      rebuild();
    },
    pageVisited: (page) => void (settings.page = toPage(page, window.location.href)),
    on: (name, handler) => emitter.on(name, handler),
    off: (name, handler) => emitter.off(name, handler),
    // A page that queues into an array can go on doing so.
    push: (...calls) => replay(api, calls),
  };
  return api;
}

const isCall = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as ArrayLike<unknown>).length === 'number';

/** The calls a page queued: an array of `[name, ...arguments]`, or a stub that holds such an array as `q`. */
export function earlyCalls(stub: unknown): EarlyCall[] {
  const list: unknown = Array.isArray(stub) ? stub : (stub as { q?: unknown } | null | undefined)?.q;
  if (!Array.isArray(list)) return [];
  return list
    .filter(isCall)
    .map((call) => Array.from(call))
    .filter((call): call is EarlyCall => METHODS.includes(call[0] as Method));
}

export function replay(api: Api, calls: readonly EarlyCall[]): void {
  for (const [name, ...args] of calls) if (METHODS.includes(name)) api[name](...args);
}

export function tellPage(session: Session, emitter: Emitter): void {
  let told = 0;
  // An update that is seen the moment it comes was never unread: wait until the step is over.
  const tellUnread = (): void => {
    const count = unread(session.state);
    if (count === told) return;
    told = count;
    emitter.emit('unreadCount', { count });
  };
  session.subscribe((after, before) => {
    for (const { name, detail } of publicEvents(before, after)) emitter.emit(name, detail);
    queueMicrotask(tellUnread);
  });
}
