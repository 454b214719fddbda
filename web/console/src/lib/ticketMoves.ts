/** What can be done with a ticket in each state (docs/help-engine.md, Tickets). The server decides again. */
import type { Ticket, TicketMove, TicketStatus } from '../api/tickets';

export type MoveName = TicketMove['do'] | 'assignMe' | 'transfer';

const OPEN: MoveName[] = ['contacted', 'note', 'assign', 'transfer', 'cancel'];
const MOVES: Record<TicketStatus, MoveName[]> = {
  open: ['assignMe', ...OPEN],
  assigned: ['start', ...OPEN],
  in_progress: ['resolve', ...OPEN],
  reopened: ['start', ...OPEN],
  resolved: ['close', 'reopen', 'note'],
  closed: ['reopen', 'note'],
  cancelled: ['note'],
};

/** The moves in the order of the buttons; the first is the usual next step. */
export function movesOf(ticket: Pick<Ticket, 'status' | 'contacted_at'>): MoveName[] {
  return MOVES[ticket.status].filter((move) => move !== 'contacted' || ticket.contacted_at === null);
}

/** Moves that need words, and whether those may be left out. */
export const ASKS: Partial<Record<MoveName, 'needed' | 'optional'>> = {
  contacted: 'optional', note: 'needed', resolve: 'needed', reopen: 'needed', cancel: 'needed', assign: 'optional',
  transfer: 'optional',
};

/** `target`: the person or department chosen, for those moves that need one. */
export function moveOf(name: MoveName, text: string, target: string): TicketMove {
  const reason = text ? { reason: text } : {};
  switch (name) {
    case 'assignMe':
      return { do: 'assign', body: {} };
    case 'assign':
      return { do: 'assign', body: { staff_id: target, ...reason } };
    case 'transfer':
      return { do: 'assign', body: { department: target, ...reason } };
    case 'contacted':
      return { do: name, body: text ? { note: text } : {} };
    case 'note':
      return { do: name, body: { note: text } };
    case 'resolve':
      return { do: name, body: { result: text } };
    case 'reopen':
    case 'cancel':
      return { do: name, body: { reason: text } };
    case 'start':
    case 'close':
      return { do: name, body: {} };
  }
}
