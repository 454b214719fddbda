/** What travels over the staff WebSocket (docs/protocol.md). */
import type { Alert, Invitation, MovedEvent, Offer, Person } from './teamTypes';
import type { ErrorBody, HelpRequest, Presence } from './types';

export interface Moved {
  conversation_id: string;
  request_id: string;
  event: MovedEvent;
  by: Person | null;
  to: Person | null;
  reason: string | null;
}

/** The console of a helper was not heard for too long; what they held waits again. Overseers are told. */
export interface ConnectionLost {
  conversation_id: string;
  request_id: string;
  department: string | null;
  helper: { id: string; name: string | null };
}

export interface MyPart {
  conversation_id: string;
  role: 'owner' | 'participant';
}

export interface TicketReminder {
  ticket_id: string;
  number: string;
  kind: 'contact' | 'due';
  due_at: string;
}

export type ServerPush =
  | { type: 'queue'; requests: HelpRequest[]; total?: number }
  | { type: 'changed'; conversation_id: string; last_seq: number }
  | { type: 'typing'; conversation_id: string }
  | { type: 'read'; conversation_id: string; seq: number }
  | { type: 'presence'; status: Presence }
  | { type: 'offers'; offers: Offer[]; alerts: Alert[] }
  | { type: 'invitations'; invitations: Invitation[] }
  | { type: 'mine'; conversations: MyPart[] }
  | ({ type: 'moved' } & Moved)
  | ({ type: 'connection_lost' } & ConnectionLost)
  | { type: 'watching'; conversation_id: string; people: Person[] }
  | { type: 'board' }
  | { type: 'tickets'; reminder?: TicketReminder }
  | { type: 'pong' }
  | ({ type: 'error' } & ErrorBody);

export type ClientPush =
  | { type: 'ping' }
  | { type: 'typing'; conversation_id: string }
  | { type: 'read'; conversation_id: string; seq: number }
  | { type: 'watch'; conversation_id: string | null };
