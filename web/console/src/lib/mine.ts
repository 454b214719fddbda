/** The order of my open conversations. */
import type { Conversation } from '../api/types';

export interface MineRow {
  conversation: Conversation;
  /** The deadline of the first answer while it is still owed, otherwise null. */
  deadline: string | null;
}

const activity = (conversation: Conversation) => Date.parse(conversation.last_at ?? conversation.created_at);

/** First those still owed a first answer, earliest deadline first; then the latest talk first. */
export function orderMine(rows: readonly MineRow[]): Conversation[] {
  const rank = (row: MineRow) => (row.deadline ? Date.parse(row.deadline) : Infinity);
  return [...rows]
    .sort((a, b) => {
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
      return activity(b.conversation) - activity(a.conversation) || a.conversation.id.localeCompare(b.conversation.id);
    })
    .map((row) => row.conversation);
}
