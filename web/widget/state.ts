/** What the widget knows, and how it changes: `reduce(state, event)` is pure, everything else follows from it. */
import { type ClientFrame, type Helper, type Owner, type Place, type Update, type Wechat, toHelper } from './protocol';

export interface Outgoing {
  id: string;
  text: string;
  choice: { seq: number; option: string } | null;
  status: 'sending' | 'sent' | 'failed';
  /** Error code of the server when failed. */
  reason: string | null;
  /** Local time in milliseconds. */
  at: number;
}

export type Link = 'idle' | 'connecting' | 'online' | 'waiting';

export interface State {
  panelOpen: boolean;
  conversationId: string | null;
  /** Every update with seq 1..lastSeq, in order, none twice. */
  updates: readonly Update[];
  lastSeq: number;
  /** Updates that came early: something before them is missing. */
  early: readonly Update[];
  outbox: readonly Outgoing[];
  owner: Owner;
  helper: Helper | null;
  wechat: Wechat;
  /** `at`: local milliseconds when the server said so. */
  /** `low` and `high`: the tenth and the ninetieth percentile of the wait; both are the wait where they are not known. */
  /** `promise`: within how many seconds somebody shall answer; null when the server did not say. */
  queue: {
    position: number; waitSeconds: number | null; low: number | null; high: number | null;
    promise: number | null; at: number;
  } | null;
  /** Local milliseconds since when the visitor waits for a person; null when not waiting. */
  waitingSince: number | null;
  /** Who is composing, and until when (local ms) that is believed. */
  typing: { who: 'bot' | 'helper'; until: number } | null;
  link: Link;
  /** The history has been replayed: what comes now is news. */
  live: boolean;
  seenSeq: number;
  helperReadSeq: number;
  /** `gone`: the server takes no rating for this closing any more. */
  rating: 'idle' | 'sending' | 'failed' | 'gone';
  /** The last seq when the visitor opened the form for a call; null when they did not, or put it away. */
  wished: number | null;
  /** Offers of the form up to this seq were put away. */
  declined: number;
  origin: Origin;
}

/**
 * Whose conversation it is: begun here; begun here while a link asks to open another; one that a link led to,
 * with or without one that was begun here before.
 */
export type Origin = 'own' | 'asked' | 'continued' | 'continuedAlone';

export type Event =
  | { type: 'restored'; conversationId: string | null; seenSeq: number; outbox: Outgoing[]; panelOpen: boolean }
  | { type: 'started'; conversationId: string }
  | { type: 'forgotten' }
  | { type: 'composed'; message: Outgoing }
  | { type: 'retried'; id: string; now: number }
  | { type: 'acknowledged'; id: string; now: number }
  | { type: 'refused'; id: string; reason: string }
  | { type: 'updated'; updates: Update[]; now: number }
  | {
      type: 'queued'; position: number; waitSeconds: number | null; low?: number | null; high?: number | null;
      promise?: number | null; now: number;
    }
  | { type: 'owned'; owner: Owner; helper: Helper | null; wechat: Wechat; now: number }
  | { type: 'typing'; who: 'bot' | 'helper'; now: number }
  | { type: 'helperRead'; seq: number }
  | { type: 'linked'; link: Link }
  | { type: 'seen'; seq: number }
  | { type: 'panel'; open: boolean }
  | { type: 'contact'; open: boolean }
  | { type: 'rating'; status: State['rating'] }
  | { type: 'origin'; origin: Origin };

/** A typing sign is believed this long after it came. */
export const TYPING_MS = 6_000;
/** After a message to the bot, dots show at once and for at most this long. */
export const BOT_PATIENCE_MS = 30_000;

export const initialState: State = {
  panelOpen: false,
  conversationId: null,
  updates: [],
  lastSeq: 0,
  early: [],
  outbox: [],
  owner: 'bot',
  helper: null,
  wechat: 'none',
  queue: null,
  waitingSince: null,
  typing: null,
  link: 'idle',
  live: true,
  seenSeq: 0,
  helperReadSeq: 0,
  rating: 'idle',
  wished: null,
  declined: 0,
  origin: 'own',
};

function setOwner(state: State, owner: Owner, helper: Helper | null, since: number): State {
  if (owner === 'queue') return { ...state, owner, helper: null, waitingSince: state.waitingSince ?? since };
  return { ...state, owner, helper: owner === 'helper' ? helper : null, queue: null, waitingSince: null };
}

/** The moment an update stands for: its arrival when it is news, else its own time, never in the future. */
function momentOf(update: Update, live: boolean, now: number): number {
  const at = update.at === null ? NaN : Date.parse(update.at);
  return live || Number.isNaN(at) ? now : Math.min(at, now);
}

function afterNotice(state: State, update: Update, now: number): State {
  const since = momentOf(update, state.live, now);
  switch (update.payload.code) {
    case 'queued':
    case 'queued_nobody_ready':
    case 'off_hours':
    case 'helper_returned_to_queue':
      return setOwner(state, 'queue', null, since);
    case 'helper_joined':
      return setOwner(state, 'helper', toHelper(update.payload), since);
    case 'closed':
      return { ...setOwner(state, 'bot', null, since), rating: 'idle' };
    case 'rated':
      return { ...state, rating: 'idle' };
    case 'wechat_linked':
      return { ...state, wechat: 'linked' };
    default:
      return state;
  }
}

function follow(state: State, update: Update, now: number): State {
  if (update.kind === 'notice') return afterNotice(state, update, now);
  if (update.kind === 'handoff') return setOwner(state, 'queue', null, momentOf(update, state.live, now));
  return state;
}

function expectBot(state: State, now: number): State {
  return state.owner === 'bot' && state.live
    ? { ...state, typing: { who: 'bot', until: now + BOT_PATIENCE_MS } }
    : state;
}

function append(state: State, update: Update, now: number): State {
  const mine = update.client_message_id;
  const next: State = {
    ...state,
    updates: [...state.updates, update],
    lastSeq: update.seq,
    outbox: mine === null ? state.outbox : state.outbox.filter((message) => message.id !== mine),
  };
  if (update.kind === 'hidden') return next;
  if (update.sender?.kind === 'visitor') return expectBot(next, now);
  return follow({ ...next, typing: null }, update, now);
}

function takeUpdates(state: State, updates: readonly Update[], now: number): State {
  const fresh = [...state.early, ...updates].sort((a, b) => a.seq - b.seq);
  let next: State = { ...state, early: [] };
  for (const update of fresh) {
    if (update.seq === next.lastSeq + 1) next = append(next, update, now);
    else if (update.seq > next.lastSeq && next.early[next.early.length - 1]?.seq !== update.seq)
      next = { ...next, early: [...next.early, update] };
  }
  return next;
}

function change(state: State, id: string, patch: Partial<Outgoing>): State {
  return { ...state, outbox: state.outbox.map((message) => (message.id === id ? { ...message, ...patch } : message)) };
}

/** The update of a message may overtake its ack: then there is nothing left to do. */
function acknowledge(state: State, id: string, now: number): State {
  if (!state.outbox.some((message) => message.id === id)) return state;
  return expectBot(change(state, id, { status: 'sent', reason: null }), now);
}

/** Buttons belong to the conversation they were offered in; elsewhere only their words mean something. */
export const withoutChoices = (outbox: readonly Outgoing[]): Outgoing[] =>
  outbox.map((message) => ({ ...message, choice: null }));

/** The token was refused: only what was never saved is kept, to be sent in a new conversation. */
function forget(state: State): State {
  return {
    ...initialState,
    panelOpen: state.panelOpen,
    outbox: withoutChoices(state.outbox.filter((message) => message.status !== 'sent')),
  };
}

/** What the server says of a visitor's place, as an event. */
export function queued(place: Place, now: number): Event {
  const { position, promise_seconds: promise, wait_seconds: waitSeconds, wait_low_seconds: low, wait_high_seconds: high } = place;
  return { type: 'queued', position, waitSeconds, low, high, promise, now };
}

function placeOf(event: Extract<Event, { type: 'queued' }>): State['queue'] {
  const { position, waitSeconds, low, high, promise, now } = event;
  const wait = { waitSeconds, low: low ?? waitSeconds, high: high ?? waitSeconds };
  return { position, ...wait, promise: promise ?? null, at: now };
}

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'restored': {
      const { conversationId, seenSeq, outbox, panelOpen } = event;
      return { ...initialState, conversationId, seenSeq, outbox, panelOpen, live: conversationId === null };
    }
    case 'started':
      return { ...state, conversationId: event.conversationId, live: true };
    case 'forgotten':
      return forget(state);
    case 'composed':
      return { ...state, outbox: [...state.outbox, event.message] };
    case 'retried':
      return change(state, event.id, { status: 'sending', reason: null, at: event.now });
    case 'acknowledged':
      return acknowledge(state, event.id, event.now);
    case 'refused':
      return change(state, event.id, { status: 'failed', reason: event.reason });
    case 'updated':
      return takeUpdates(state, event.updates, event.now);
    case 'queued':
      if (state.owner === 'helper') return state;
      return { ...state, queue: placeOf(event) };
    case 'owned':
      return { ...setOwner(state, event.owner, event.helper, event.now), wechat: event.wechat, live: true };
    case 'typing':
      return { ...state, typing: { who: event.who, until: event.now + TYPING_MS } };
    case 'helperRead':
      return { ...state, helperReadSeq: Math.max(state.helperReadSeq, event.seq) };
    case 'linked':
      return { ...state, link: event.link };
    case 'seen':
      return { ...state, seenSeq: Math.max(state.seenSeq, event.seq) };
    case 'panel':
      return { ...state, panelOpen: event.open };
    case 'rating':
      return { ...state, rating: event.status };
    case 'contact':
      return event.open ? { ...state, wished: state.lastSeq } : { ...state, wished: null, declined: state.lastSeq };
    case 'origin':
      return event.origin === state.origin ? state : { ...state, origin: event.origin };
  }
}

/** What is sent to the server for a message. */
export function frameOf({ id, text, choice }: Outgoing): ClientFrame {
  if (choice === null) return { type: 'send', client_message_id: id, text };
  return { type: 'choose', client_message_id: id, ...choice, label: text };
}
