/** Canned replies as one types: what `/word` means, which texts fit, and the blanks filled in. */
import type { CannedReply } from '../api/replies';

export interface Completion {
  /** Where the slash stands, and where the word after it ends. */
  start: number;
  end: number;
  query: string;
}

export const VARIABLES = ['visitor', 'company', 'helper', 'department', 'question', 'ticket'] as const;
export type Variable = (typeof VARIABLES)[number];
export type Facts = Partial<Record<Variable, string>>;

/** A slash at the start of the text or after white space, up to the caret, opens the list. */
export function completionAt(text: string, caret: number): Completion | null {
  const match = /(?:^|\s)\/([^\s/]{0,40})$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const query = match[1] ?? '';
  return { start: caret - query.length - 1, end: caret, query };
}

function rank(reply: CannedReply, query: string): number {
  const shortcut = reply.shortcut.toLowerCase().replace(/^\//, '');
  if (shortcut === query) return 0;
  if (shortcut.startsWith(query)) return 1;
  if (reply.title.toLowerCase().includes(query)) return 2;
  return reply.text.toLowerCase().includes(query) ? 3 : 4;
}

/** The replies that fit, best first: by shortcut, then title, then text; own ones and often used ones earlier. */
export function matchReplies(replies: readonly CannedReply[], query: string, limit = 8): CannedReply[] {
  const wanted = query.trim().toLowerCase();
  const scopes = { personal: 0, department: 1, all: 2 };
  return replies
    .map((reply) => ({ reply, rank: wanted ? rank(reply, wanted) : 1 }))
    .filter((row) => row.rank < 4)
    .sort(
      (a, b) =>
        a.rank - b.rank || b.reply.uses - a.reply.uses || scopes[a.reply.scope] - scopes[b.reply.scope] ||
        a.reply.title.localeCompare(b.reply.title),
    )
    .slice(0, limit)
    .map((row) => row.reply);
}

/** Fills in the variables; one that is not known leaves `blank` for the helper to write over. */
export function fillVariables(text: string, facts: Facts, blank: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (!VARIABLES.includes(name as Variable)) return whole;
    return facts[name as Variable]?.trim() || blank;
  });
}

/** The first `{name}` that means nothing, or null. */
export function unknownVariable(text: string): string | null {
  for (const [, name] of text.matchAll(/\{(\w+)\}/g)) {
    if (!VARIABLES.includes(name as Variable)) return name ?? '';
  }
  return null;
}

export interface Edit {
  text: string;
  /** What to select afterwards: the first blank, else the caret after the inserted text. */
  selectFrom: number;
  selectTo: number;
}

/** Puts a filled reply in the place of the `/word`. */
export function complete(text: string, at: Completion, filled: string, blank: string): Edit {
  const next = text.slice(0, at.start) + filled + text.slice(at.end);
  const hole = filled.indexOf(blank);
  if (hole < 0) return { text: next, selectFrom: at.start + filled.length, selectTo: at.start + filled.length };
  return { text: next, selectFrom: at.start + hole, selectTo: at.start + hole + blank.length };
}
