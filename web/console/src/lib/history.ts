/** The history of a request or a ticket in words: the server keeps codes, people read none of them. */
import type { HistoryEvent } from '../api/teamTypes';
import { reasonName, words } from '../locales';

export const eventName = (event: string): string => words.team.history.events[event] ?? event;

/** A reason as people read it: words for a code, nothing for one that only repeats the event, else what was typed. */
export function reasonText(reason: string | null | undefined): string {
  return reason ? (words.team.history.reasons[reason] ?? reason) : '';
}

const isText = (part: unknown): part is string => typeof part === 'string' && part !== '';

export function noteOf(event: HistoryEvent): string {
  const { note, result } = event.detail ?? {};
  // Why somebody asked for a person is a reason of its own kind.
  const why = event.event === 'requested' ? reasonName(event.reason ?? '') : reasonText(event.reason);
  return [why, note, result].filter(isText).join(' · ');
}

export function actorName(actor: HistoryEvent['actor']): string {
  const kinds: Record<string, string> = {
    system: words.team.history.system, bot: words.team.history.bot, visitor: words.team.history.visitor,
  };
  return actor.name ?? kinds[actor.kind] ?? '';
}
