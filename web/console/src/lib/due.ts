/** The deadlines of a ticket: which counts now, and how near it is. */
import type { Ticket } from '../api/tickets';
import { words } from '../locales';

export type DueTone = 'none' | 'calm' | 'soon' | 'late';

export interface Due {
  at: string | null;
  what: 'contact' | 'done' | null;
  tone: DueTone;
}

/** From how long before the deadline it is "soon", milliseconds. */
const SOON_MS = 86_400_000;
const OVER = new Set(['resolved', 'closed', 'cancelled']);

export function isOver(ticket: Pick<Ticket, 'status'>): boolean {
  return OVER.has(ticket.status);
}

function nextDue(ticket: Ticket): Pick<Due, 'at' | 'what'> {
  if (isOver(ticket)) return { at: null, what: null };
  if (!ticket.contacted_at && ticket.contact_due_at) return { at: ticket.contact_due_at, what: 'contact' };
  return ticket.due_at ? { at: ticket.due_at, what: 'done' } : { at: null, what: null };
}

export function dueOf(ticket: Ticket, now: number): Due {
  const due = nextDue(ticket);
  if (due.at === null) return { ...due, tone: 'none' };
  const left = Date.parse(due.at) - now;
  return { ...due, tone: left <= 0 ? 'late' : left <= SOON_MS ? 'soon' : 'calm' };
}

/** A span of time by its largest unit: days, hours or minutes. */
export function spanText(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 60) return words.tickets.due.minutes(minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? words.tickets.due.hours(hours) : words.tickets.due.days(Math.round(hours / 24));
}

export function dueText(due: Due, now: number): string {
  if (due.at === null) return words.tickets.due.none;
  const left = Date.parse(due.at) - now;
  const span = spanText(Math.abs(left));
  const text = left <= 0 ? words.tickets.due.overdue(span) : words.tickets.due.left(span);
  return due.what === 'contact' ? words.tickets.due.contact(text) : words.tickets.due.done(text);
}
