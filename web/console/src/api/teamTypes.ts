/** Colleagues, offers, invitations and the live board (docs/protocol.md). */
import type { HelpRequest, Presence, Role } from './types';

export interface Person {
  id: string;
  name: string;
  department: string | null;
}

export interface Colleague extends Person {
  role: Role;
  presence: Presence;
  connected: boolean;
  held: number;
  capacity: number;
  skills: string[];
}

export interface DepartmentInfo {
  name: string;
  fallback: string | null;
  topics: { code: string; name: string }[];
  ready: number;
  on_duty: boolean;
  next_start: string | null;
}

export interface Offer {
  id: number;
  request: HelpRequest;
  level: number;
  exclusive: boolean;
  offered_at: string;
  expires_at: string | null;
}

export type AlertReason = 'mine_silent' | 'department' | 'fallback' | 'supervisor';

export interface Alert {
  request: HelpRequest;
  reason: AlertReason;
  ring: boolean;
}

export type MovedEvent =
  | 'connection_lost' | 'taken_back' | 'taken_over' | 'reassigned' | 'transferred' | 'refused'
  | 'timed_out' | 'cancelled' | 'handed_over' | 'redirected';

export interface Invitation {
  id: string;
  kind: 'transfer' | 'join';
  conversation_id: string;
  request: HelpRequest;
  invited_by: Person;
  to: Person | null;
  to_department: string | null;
  note: string;
  status: 'pending' | 'accepted' | 'refused' | 'timed_out' | 'cancelled';
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  decided_by: Person | null;
  reason: string | null;
}

/** Whom something goes to: exactly one of the two. */
export type Target = { staff_id: string } | { department: string };

export interface HistoryEvent {
  at: string;
  event: string;
  status_before: string | null;
  status_after: string | null;
  actor: { kind: string; id: string | null; name: string | null };
  reason: string | null;
  detail: Record<string, unknown>;
}

export type BreachCause = 'nobody_on_duty' | 'all_full' | 'offered_and_ignored' | 'claimed_and_silent';

export interface Wait {
  seconds: number;
  low_seconds: number;
  high_seconds: number;
}

export interface Board {
  at: string;
  waiting: number;
  oldest_requested_at: string | null;
  late: number;
  held: number;
  ready: number;
  capacity: number;
  breaches_today: { total: number } & Record<BreachCause, number>;
  answered_today: number;
  within_today: number;
  lost_today: number;
  next_wait: Wait | null;
  departments: {
    name: string;
    waiting: number;
    oldest_requested_at: string | null;
    ready: number;
    held: number;
  }[];
  people: Colleague[];
  held_requests: HelpRequest[];
}
