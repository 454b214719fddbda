/** Tickets (docs/protocol.md): a matter that outlives its conversation. */
import type { StaffApi } from './client';
import type { HelpRequest } from './types';
import type { HistoryEvent, Person } from './teamTypes';

export type TicketStatus = 'open' | 'assigned' | 'in_progress' | 'resolved' | 'closed' | 'reopened' | 'cancelled';
export type TicketSource = 'off_hours' | 'breach' | 'callback' | 'matter' | 'undelivered';
export type Complexity = 'simple' | 'complex';

export interface Contact {
  name?: string;
  phone?: string;
  email?: string;
  when?: string;
}

export interface Ticket {
  id: string;
  number: string;
  conversation_id: string | null;
  help_request_id: string | null;
  source: TicketSource;
  complexity: Complexity;
  department: string | null;
  topic: string | null;
  district: string | null;
  channel: string;
  locale: string;
  title: string;
  description: string;
  contact: Contact | null;
  status: TicketStatus;
  assigned_to: Person | null;
  created_at: string;
  contact_due_at: string | null;
  contacted_at: string | null;
  due_at: string | null;
  resolved_at: string | null;
  closed_at: string | null;
  result: string | null;
  told_at: string | null;
  reopened: number;
  resolved: boolean | null;
  stars: number | null;
  late: boolean;
}

export interface TicketFilter {
  status: string;
  department: string;
  mine: boolean;
  late: boolean;
  q: string;
}

export interface TicketDraft {
  conversation_id: string;
  department: string;
  title: string;
  description: string;
  complexity: Complexity;
  contact?: Contact;
  topic?: string;
}

export interface TicketDetail {
  ticket: Ticket;
  events: HistoryEvent[];
}

/** The moves of a ticket and what each sends. */
export type TicketMove =
  | { do: 'assign'; body: { staff_id?: string; department?: string; reason?: string } }
  | { do: 'start'; body: Record<string, never> }
  | { do: 'contacted'; body: { note?: string } }
  | { do: 'note'; body: { note: string } }
  | { do: 'resolve'; body: { result: string } }
  | { do: 'close'; body: Record<string, never> }
  | { do: 'reopen' | 'cancel'; body: { reason: string } };

export class TicketsApi {
  constructor(private readonly api: StaffApi) {}

  list(filter: Partial<TicketFilter>, after: string | null = null): Promise<{ tickets: Ticket[]; next: string | null }> {
    return this.api.call('GET', '/tickets', { query: { ...filter, after } });
  }

  async create(draft: TicketDraft): Promise<Ticket> {
    return (await this.api.call<{ ticket: Ticket }>('POST', '/tickets', { body: draft })).ticket;
  }

  /** Makes me the owner of the ticket's conversation, to write to its visitor. */
  async talk(id: string): Promise<HelpRequest> {
    return (await this.api.call<{ request: HelpRequest }>('POST', `/tickets/${encodeURIComponent(id)}/talk`, { body: {} })).request;
  }

  detail(id: string): Promise<TicketDetail> {
    return this.api.call('GET', `/tickets/${encodeURIComponent(id)}`);
  }

  async move(id: string, move: TicketMove): Promise<Ticket> {
    const path = `/tickets/${encodeURIComponent(id)}/${move.do}`;
    return (await this.api.call<{ ticket: Ticket }>('POST', path, { body: move.body })).ticket;
  }
}
