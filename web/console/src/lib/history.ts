/** The history of a request or a ticket in words: the server keeps codes, people read none of them. */
import type { HistoryEvent } from '../api/teamTypes';
import { reasonName, words } from '../locales';

export const eventName = (event: string): string => words.team.history.events[event] ?? event;

/** A reason as people read it: words for a code, nothing for one that only repeats the event, else what was typed. */
export function reasonText(reason: string | null | undefined): string {
  return reason ? (words.team.history.reasons[reason] ?? reason) : '';
}

const isText = (part: unknown): part is string => typeof part === 'string' && part !== '';

type NameOf = (id: string) => string | undefined;

/** Whom the engine offered it to, or took the offer from: it acts, they are concerned. */
function concerned({ event, detail }: HistoryEvent, nameOf?: NameOf): string {
  const id = detail?.staff_id;
  const name = /^offer/.test(event) && isText(id) ? nameOf?.(id) : undefined;
  return name ? words.team.history.concerned(name) : '';
}

export function noteOf(event: HistoryEvent, nameOf?: NameOf): string {
  const { note, result } = event.detail ?? {};
  // Why somebody asked for a person is a reason of its own kind.
  const why = event.event === 'requested' ? reasonName(event.reason ?? '') : reasonText(event.reason);
  return [concerned(event, nameOf), why, note, result].filter(isText).join(' · ');
}

export function actorName(actor: HistoryEvent['actor']): string {
  const kinds: Record<string, string> = {
    system: words.team.history.system, bot: words.team.history.bot, visitor: words.team.history.visitor,
  };
  return actor.name ?? kinds[actor.kind] ?? '';
}
