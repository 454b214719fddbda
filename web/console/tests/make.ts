/** Short ways to write down requests, updates and conversations. */
import type { Colleague, Invitation, Offer } from '../src/api/teamTypes';
import type { Ticket } from '../src/api/tickets';
import type { Conversation, HelpRequest, Update } from '../src/api/types';

export const T0 = Date.parse('2026-01-05T09:00:00.000Z');
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export function request(part: Partial<HelpRequest> = {}): HelpRequest {
  return {
    id: 'r1', conversation_id: 'c1', status: 'waiting', reason: 'asked', topic: 'tax', department: '税务局',
    district: 'jiading', channel: 'widget', question: '退税多久到账', requested_at: at(0), deadline_at: at(60),
    claimed_at: null, claimed_by: null, first_response_at: null, closed_at: null, outcome: null, level: 0, waiting_since: at(0), breached_at: null, ...part,
  };
}

export function conversation(part: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1', channel: 'widget', district: 'jiading', page: null, locale: 'zh', profile: {}, owner: 'helper',
    helper: { id: 'h1', name: '张敏', department: null }, created_at: at(0), last_seq: 0, last_text: null,
    last_at: null, closed_at: null, visitor_online: true, visitor_read_seq: 0, resolved: null, stars: null, participants: [], ...part,
  };
}

type Who = 'visitor' | 'bot' | 'helper' | 'system';

export function update(seq: number, who: Who, text: string | null, part: Partial<Update> = {}): Update {
  const kind = who === 'system' ? 'notice' : 'text';
  const sender = { kind: who, name: null, department: null };
  return { seq, kind, sender, text, payload: {}, at: at(seq), client_message_id: null, ...part };
}

export const note = (seq: number, text: string): Update =>
  update(seq, 'helper', text, { payload: { visibility: 'internal' } });

export function offer(part: Partial<Offer> = {}): Offer {
  return { id: 1, request: request(), level: 0, exclusive: true, offered_at: at(0), expires_at: at(15), ...part };
}

export function invitation(part: Partial<Invitation> = {}): Invitation {
  return {
    id: 'i1', kind: 'transfer', conversation_id: 'c1', request: request(), invited_by: { id: 'h2', name: '王敏', department: null },
    to: null, to_department: '税务局', note: '请接手', status: 'pending', created_at: at(0), expires_at: at(60),
    decided_at: null, decided_by: null, reason: null, ...part,
  };
}

export function colleague(part: Partial<Colleague> = {}): Colleague {
  return {
    id: 'h2', name: '王敏', department: '税务局', role: 'helper', presence: 'ready', connected: true, held: 0,
    capacity: 5, skills: [], ...part,
  };
}

export function ticket(part: Partial<Ticket> = {}): Ticket {
  return {
    id: 't1', number: '20260105-0001', conversation_id: 'c1', help_request_id: 'r1', source: 'matter', complexity: 'simple',
    department: '税务局', topic: 'tax', district: null, channel: 'widget', locale: 'zh', title: '退税', description: '退税多久',
    contact: { phone: '13800000000' }, status: 'open', assigned_to: null, created_at: at(0), contact_due_at: at(86_400),
    contacted_at: null, due_at: at(432_000), resolved_at: null, closed_at: null, result: null, told_at: null, reopened: 0,
    resolved: null, stars: null, late: false, ...part,
  };
}
