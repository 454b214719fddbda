/** What the view and the page's listeners need to know, worked out from the state. */
import { type ContactItem, contactItem } from './contact';
import { lastWhere } from './lists';
import { type Button, buttons, field, hasPicture, isClosed, type ShownTicket } from './payload';
import type { Update } from './protocol';
import type { Outgoing, State } from './state';

export interface MineItem {
  type: 'mine';
  key: string;
  text: string;
  kind: string;
  picture: boolean;
  seq: number | null;
  status: Outgoing['status'] | 'read' | 'quiet';
  reason: string | null;
  id: string | null;
}

export interface ReplyItem {
  type: 'reply';
  key: string;
  update: Update;
  /** First of a run by the same sender: shows who speaks. */
  first: boolean;
  buttons: Button[];
  live: boolean;
  offersPerson: boolean;
}

export interface NoticeItem {
  type: 'notice';
  key: string;
  update: Update;
}

export interface TimeItem {
  type: 'time';
  key: string;
  at: number;
}

export interface RatingItem {
  type: 'rating';
  key: string;
  status: State['rating'] | 'done';
  resolved: boolean | null;
  stars: number | null;
}

/** The question whether the result of a ticket settles the matter. */
export interface VerdictItem {
  type: 'verdict';
  key: string;
  ticket: string;
  number: string;
}

/** A ticket where it was registered, as far as it has come since. */
export interface TicketItem {
  type: 'ticket';
  key: string;
  ticket: ShownTicket;
}

export type Item = MineItem | ReplyItem | NoticeItem | TimeItem | RatingItem | ContactItem | VerdictItem | TicketItem;

const QUIET_MS = 5 * 60_000;

const timeOf = (update: Update): number => (update.at === null ? NaN : Date.parse(update.at));

const isRated = (update: Update): boolean => update.kind === 'notice' && update.payload.code === 'rated';

const HELP_CODES: readonly unknown[] = ['queued', 'queued_nobody_ready', 'off_hours', 'helper_joined'];
const WAIT_CODES: readonly unknown[] = [...HELP_CODES, 'helper_returned_to_queue'];
/** Help has been asked for anew. */
const asksHelp = (update: Update): boolean =>
  update.kind === 'handoff' || (update.kind === 'notice' && HELP_CODES.includes(update.payload.code));

function newest(updates: readonly Update[], kind: 'visitor' | 'bot'): number {
  return lastWhere(updates, (update) => update.sender?.kind === kind)?.seq ?? 0;
}

/** Buttons of the newest bot update are live until the visitor goes on or a person takes over. */
function liveSeq(state: State): number {
  const bot = newest(state.updates, 'bot');
  const goneOn = newest(state.updates, 'visitor') > bot || state.outbox.some((message) => message.status !== 'failed');
  return goneOn || state.owner === 'helper' ? 0 : bot;
}

/** A closing can be rated until it closes again or help is asked for anew; talk in between does no harm. */
function ratingItem(state: State, closedAt: number): RatingItem | null {
  const { updates } = state;
  const closed = updates[closedAt];
  if (closed?.payload.ask_rating !== true) return null;
  const later = updates.slice(closedAt + 1);
  const end = later.findIndex((update) => isClosed(update) || asksHelp(update));
  const rated = lastWhere(end < 0 ? later : later.slice(0, end), isRated);
  if (!rated && end >= 0) return null;
  return {
    type: 'rating',
    key: `r${closed.seq}`,
    status: rated ? 'done' : state.rating,
    resolved: typeof rated?.payload.resolved === 'boolean' ? rated.payload.resolved : null,
    stars: typeof rated?.payload.stars === 'number' ? rated.payload.stars : null,
  };
}

/** A result is judged until something newer is said of its ticket. */
function verdictItem(update: Update, updates: readonly Update[]): VerdictItem | null {
  const [ticket, number] = [field(update, 'ticket_id'), field(update, 'number')];
  if (update.payload.code !== 'ticket_resolved' || ticket === null || number === null) return null;
  const newer = updates.some((each) => each.seq > update.seq && each.payload.ticket_id === ticket);
  return newer ? null : { type: 'verdict', key: `v${update.seq}`, ticket, number };
}

/** What notices say of a ticket since it was registered; a verdict on it says nothing of where it stands. */
function ticketItem(update: Update, updates: readonly Update[]): TicketItem | null {
  const [id, number] = [field(update, 'ticket_id'), field(update, 'number')];
  if (update.payload.code !== 'ticket_created' || id === null || number === null) return null;
  const status = updates.reduce((last, { kind, payload }) => {
    if (kind !== 'notice' || payload.ticket_id !== id) return last;
    if (payload.code === 'ticket_resolved') return 'resolved';
    return payload.code === 'ticket_updated' && typeof payload.status === 'string' ? payload.status : last;
  }, 'open');
  const ticket = { number, status, title: '', department: null, dueAt: field(update, 'due_at'), result: null };
  return { type: 'ticket', key: `k${update.seq}`, ticket };
}

/** Nobody is on duty: the visitor waits for no minute, and need not stay. */
export function isOffHours(state: State): boolean {
  const last = lastWhere(state.updates, ({ kind, payload }) => kind === 'notice' && WAIT_CODES.includes(payload.code));
  return state.owner === 'queue' && last?.payload.code === 'off_hours';
}

/** The seq of the update that said that the visitor waits; null when that is not here yet. */
export function waitingSeq({ updates }: State): number | null {
  const last = lastWhere(updates, (update) => isClosed(update) || asksHelp(update) || WAIT_CODES.includes(update.payload.code));
  return last && !isClosed(last) ? last.seq : null;
}

function mineItem(update: Update, state: State, lastMine: number): MineItem {
  const read = state.helperReadSeq >= update.seq;
  const status = update.seq === lastMine && state.outbox.length === 0 ? (read ? 'read' : 'sent') : 'quiet';
  const key = `m${update.client_message_id ?? update.seq}`;
  const { seq, kind } = update;
  return { type: 'mine', key, text: update.text ?? '', kind, picture: hasPicture(update), seq, status, reason: null, id: null };
}

const outgoingItem = (message: Outgoing): MineItem => ({
  type: 'mine',
  key: `m${message.id}`,
  text: message.text,
  kind: 'text',
  picture: false,
  seq: null,
  status: message.status,
  reason: message.reason,
  id: message.id,
});

function replyItem(update: Update, previous: Update | undefined, live: number): ReplyItem {
  const who = update.sender;
  const before = previous?.kind === 'notice' ? null : previous?.sender;
  const first = before?.kind !== who?.kind || before?.name !== who?.name;
  const own = buttons(update);
  const offersPerson = update.kind === 'not_covered' && !own.some(({ label }) => /人工|person|human/i.test(label));
  return { type: 'reply', key: `u${update.seq}`, update, first, buttons: own, live: update.seq === live, offersPerson };
}

/** The conversation as it is drawn, top to bottom. */
export function items(state: State): Item[] {
  const shown = state.updates.filter((update) => update.kind !== 'hidden');
  const [live, lastMine] = [liveSeq(state), newest(state.updates, 'visitor')];
  const contact = contactItem(state);
  const before = contact && lastWhere(shown, ({ seq }) => seq <= contact.seq);
  const list: Item[] = [];
  let lastTime = 0;
  shown.forEach((update, index) => {
    const at = timeOf(update);
    if (at - lastTime > QUIET_MS) list.push({ type: 'time', key: `t${update.seq}`, at });
    if (!Number.isNaN(at)) lastTime = at;
    if (update.sender?.kind === 'visitor') list.push(mineItem(update, state, lastMine));
    else if (update.kind !== 'notice') list.push(replyItem(update, shown[index - 1], live));
    else if (!isRated(update)) list.push({ type: 'notice', key: `u${update.seq}`, update });
    const rating = isClosed(update) ? ratingItem(state, state.updates.indexOf(update)) : null;
    if (rating) list.push(rating);
    const verdict = verdictItem(update, shown);
    if (verdict) list.push(verdict);
    const ticket = ticketItem(update, shown);
    if (ticket) list.push(ticket);
    if (contact && update === before) list.push(contact);
  });
  return [...list, ...state.outbox.map(outgoingItem)];
}

const speaks = (update: Update): boolean => update.sender?.kind === 'bot' || update.sender?.kind === 'helper';

export function unread(state: State): number {
  return state.updates.filter((update) => update.seq > state.seenSeq && speaks(update)).length;
}

export function typingWho(state: State, now: number): 'bot' | 'helper' | null {
  return state.typing !== null && state.typing.until > now ? state.typing.who : null;
}

export const hasGap = (state: State): boolean => state.early.length > 0;

export const isEmpty = (state: State): boolean => state.updates.length === 0 && state.outbox.length === 0;

/** There is a history, but nothing of it has arrived yet. */
export const isLoading = (state: State): boolean =>
  state.conversationId !== null && state.updates.length === 0 && !state.live;

export interface PublicEvent {
  name: 'conversationStarted' | 'handoffRequested' | 'helperJoined' | 'queuePosition' | 'conversationClosed';
  detail: Record<string, unknown>;
}

function handoffDetail(state: State): Record<string, unknown> {
  const handoff = lastWhere(state.updates, (update) => update.kind === 'handoff');
  const read = (name: string): string | null => (handoff ? field(handoff, name) : null);
  return { reason: read('reason'), topic: read('topic'), department: read('department') };
}

function ownerEvents(before: State, after: State): PublicEvent[] {
  if (before.owner !== 'queue' && after.owner === 'queue')
    return [{ name: 'handoffRequested', detail: handoffDetail(after) }];
  if (after.owner === 'helper' && after.helper && after.helper.name !== before.helper?.name)
    return [{ name: 'helperJoined', detail: { ...after.helper } }];
  return [];
}

function closings(before: State, after: State): PublicEvent[] {
  return after.updates
    .slice(before.updates.length)
    .filter(isClosed)
    .map((update) => ({ name: 'conversationClosed', detail: { outcome: field(update, 'outcome') } }));
}

function positions(before: State, after: State): PublicEvent[] {
  if (after.owner !== 'queue' || after.queue === null) return [];
  const { position, waitSeconds } = after.queue;
  const same = before.queue?.position === position && before.queue.waitSeconds === waitSeconds;
  if (same && before.owner === 'queue') return [];
  return [{ name: 'queuePosition', detail: { position, wait_seconds: waitSeconds } }];
}

/** What the page is told about a step of the state; a replayed history is no news. */
export function publicEvents(before: State, after: State): PublicEvent[] {
  const list: PublicEvent[] = [];
  if (after.conversationId !== null && after.conversationId !== before.conversationId && after.live)
    list.push({ name: 'conversationStarted', detail: { conversation_id: after.conversationId } });
  if (before.live && after.live) list.push(...ownerEvents(before, after), ...closings(before, after));
  list.push(...positions(before, after));
  return list;
}
