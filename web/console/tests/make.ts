/** Short ways to write down requests, updates and conversations. */
import type { Conversation, HelpRequest, Update } from '../src/api/types';

export const T0 = Date.parse('2026-01-05T09:00:00.000Z');
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export function request(part: Partial<HelpRequest> = {}): HelpRequest {
  return {
    id: 'r1', conversation_id: 'c1', status: 'waiting', reason: 'asked', topic: 'tax', department: '税务局',
    district: 'jiading', channel: 'widget', question: '退税多久到账', requested_at: at(0), deadline_at: at(60),
    claimed_at: null, claimed_by: null, first_response_at: null, closed_at: null, outcome: null, ...part,
  };
}

export function conversation(part: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1', channel: 'widget', district: 'jiading', page: null, locale: 'zh', profile: {}, owner: 'helper',
    helper: { id: 'h1', name: '张敏', department: null }, created_at: at(0), last_seq: 0, last_text: null,
    last_at: null, closed_at: null, visitor_online: true, visitor_read_seq: 0, resolved: null, stars: null, ...part,
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
