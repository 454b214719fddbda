/** Words for people, conversations and system notices. */
import type { Conversation, Update, UpdatePayload } from '../api/types';
import { districtName, words } from '../locales';
import { shortTime } from './clock';
import { citationText } from './knowledge';
import { isInternal, lastSpoken } from './updates';

function textOf(profile: Conversation['profile'], key: string): string {
  const value = profile?.[key];
  return typeof value === 'string' ? value.trim() : '';
}

/** The company, else the person, else the visitor by the start of the id. */
export function visitorName(conversation: Conversation): string {
  const { profile, id } = conversation;
  const anonymous = words.conversation.anonymous(id.slice(0, 4).toUpperCase());
  return textOf(profile, 'company') || textOf(profile, 'name') || anonymous;
}

/** The person behind a company, and the district. */
export function visitorDetail(conversation: Conversation): string {
  const person = textOf(conversation.profile, 'company') ? textOf(conversation.profile, 'name') : '';
  return [person, districtName(conversation.district)].filter(Boolean).join(' · ');
}

export function ratingText(resolved: boolean | null | undefined, stars: number | null | undefined): string {
  const parts = [
    resolved === true ? words.rating.resolved : resolved === false ? words.rating.unresolved : '',
    stars ? words.rating.stars(stars) : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

const notices: Record<string, (payload: UpdatePayload) => string> = {
  helper_joined: (it) => words.notices.helper_joined(it.name ?? '', it.department ?? ''),
  closed: (it) => words.notices.closed(it.outcome ? words.outcome[it.outcome] : ''),
  rated: (it) => words.notices.rated(ratingText(it.resolved, it.stars) || words.rating.none),
  helper_returned_to_queue: (it) =>
    it.cause === 'connection_lost' ? words.notices.helper_connection_lost : words.notices.helper_returned_to_queue,
  helper_changed: (it) => words.notices.helper_changed(who(it)),
  specialist_joined: (it) => words.notices.specialist_joined(who(it)),
  specialist_left: (it) => words.notices.specialist_left(who(it)),
  redirected: (it) => words.notices.redirected(it.department ?? ''),
  off_hours: (it) => words.notices.off_hours(it.next_start ? shortTime(it.next_start) : ''),
  ticket_created: (it) => words.notices.ticket_created(it.number ?? ''),
  ticket_updated: (it) => words.notices.ticket_updated(it.number ?? '', statusName(it.status)),
  ticket_resolved: (it) => words.notices.ticket_resolved(it.number ?? ''),
  transfer_note: (it) => words.notices.transfer_note(who(it), it.note ?? ''),
  invite_note: (it) => words.notices.invite_note(who(it), it.note ?? ''),
  shift_note: (it) => words.notices.shift_note(who(it), it.note ?? ''),
};

/** Department and name, as people are shown everywhere. */
function who(it: { name?: string; department?: string | null }): string {
  return [it.department, it.name].filter(Boolean).join(' ');
}

function statusName(status: string | undefined): string {
  return (words.tickets.statuses as Record<string, string>)[status ?? ''] ?? status ?? '';
}

export function noticeText(update: Update): string {
  const payload: UpdatePayload = update.payload ?? {};
  const code = payload.code ?? '';
  const text = notices[code]?.(payload) ?? (words.notices as Record<string, unknown>)[code];
  return typeof text === 'string' && code !== 'other' ? text : (update.text ?? words.notices.other);
}

/** Who said it, for the line under a conversation's name: `me` is the name of whoever looks. */
function speakerLead(sender: Update['sender'] | undefined, me: string): string {
  if (sender?.kind === 'bot') return words.mine.bot;
  if (sender?.kind !== 'helper') return '';
  return sender.name === null || sender.name === me ? words.mine.you : words.mine.other(sender.name);
}

/** The line under a conversation's name in the list: who spoke last, and what. */
export function lastLine(conversation: Conversation, updates: readonly Update[], me: string): string {
  const last = lastSpoken(updates);
  const text = (last?.text ?? conversation.last_text ?? '').replace(/\s+/g, ' ').trim();
  if (!text) return words.mine.noText;
  return speakerLead(last?.sender, me) + text;
}

/** The sources an update names, one line each, none twice. */
export function citationsOf(update: Update): string[] {
  return [...new Set((update.payload?.citations ?? []).map(citationText))];
}

export type Voice = 'visitor' | 'bot' | 'helper' | 'note' | 'notice';

/** Which of the five looks an update has. */
export function voiceOf(update: Update): Voice {
  if (update.kind === 'notice' || update.kind === 'hidden') return 'notice';
  if (isInternal(update)) return 'note';
  const kind = update.sender?.kind;
  return kind === 'visitor' || kind === 'bot' || kind === 'helper' ? kind : 'notice';
}
