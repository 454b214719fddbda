/** Words for people, conversations and system notices. */
import type { Conversation, Update, UpdatePayload } from '../api/types';
import { districtName, zh } from '../locales/zh';
import { citationText } from './knowledge';
import { isInternal, lastSpoken } from './updates';

function textOf(profile: Conversation['profile'], key: string): string {
  const value = profile?.[key];
  return typeof value === 'string' ? value.trim() : '';
}

/** The company, else the person, else the visitor by the start of the id. */
export function visitorName(conversation: Conversation): string {
  const { profile, id } = conversation;
  const anonymous = zh.conversation.anonymous(id.slice(0, 4).toUpperCase());
  return textOf(profile, 'company') || textOf(profile, 'name') || anonymous;
}

/** The person behind a company, and the district. */
export function visitorDetail(conversation: Conversation): string {
  const person = textOf(conversation.profile, 'company') ? textOf(conversation.profile, 'name') : '';
  return [person, districtName(conversation.district)].filter(Boolean).join(' · ');
}

export function ratingText(resolved: boolean | null | undefined, stars: number | null | undefined): string {
  const parts = [
    resolved === true ? zh.rating.resolved : resolved === false ? zh.rating.unresolved : '',
    stars ? zh.rating.stars(stars) : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

export function noticeText(update: Update): string {
  const payload: UpdatePayload = update.payload ?? {};
  const texts = zh.notices;
  switch (payload.code) {
    case 'queued':
    case 'queued_nobody_ready':
    case 'helper_returned_to_queue':
    case 'assistant_away':
      return texts[payload.code];
    case 'helper_joined':
      return texts.helper_joined(payload.name ?? '', payload.department ?? '');
    case 'closed':
      return texts.closed(payload.outcome ? zh.outcome[payload.outcome] : '');
    case 'rated':
      return texts.rated(ratingText(payload.resolved, payload.stars) || zh.rating.none);
    default:
      return update.text ?? texts.other;
  }
}

/** The line under a conversation's name in the list: who spoke last, and what. */
export function lastLine(conversation: Conversation, updates: readonly Update[]): string {
  const last = lastSpoken(updates);
  const text = (last?.text ?? conversation.last_text ?? '').replace(/\s+/g, ' ').trim();
  if (!text) return zh.mine.noText;
  const kind = last?.sender?.kind;
  const lead = kind === 'helper' ? zh.mine.you : kind === 'bot' ? zh.mine.bot : '';
  return lead + text;
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
