/** Typed views into the payload of an update; whatever is missing or of another shape is left out. */
import type { Payload, Update } from './protocol';

export interface Citation {
  document: string;
  number: string | null;
  section: string | null;
  date: string | null;
}

export interface Button {
  /** The opaque id to send back; null: the label itself is sent as text. */
  id: string | null;
  label: string;
}

const records = (value: unknown): Payload[] =>
  Array.isArray(value) ? value.filter((item): item is Payload => typeof item === 'object' && item !== null) : [];

const word = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};

export function citations(update: Update): Citation[] {
  const seen = new Set<string>();
  return records(update.payload.citations).flatMap((raw) => {
    const document = word(raw.document);
    if (document === null) return [];
    const citation = { document, number: word(raw.number), section: word(raw.section), date: word(raw.date) };
    const key = JSON.stringify(citation);
    if (seen.has(key)) return [];
    seen.add(key);
    return [citation];
  });
}

/** A measure that fits or may fit, with why, or with what it depends on. */
export interface Fit {
  title: string;
  detail: string | null;
}

/** A step of a form: what fits an enterprise, or where a checklist stands. */
export interface Form {
  known: string | null;
  fits: Fit[];
  mayFit: Fit[];
  question: string | null;
  step: number | null;
  of: number | null;
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((item) => word(item) ?? []) : []);

/** Whose measure it is, and what is to be said of it. */
const said = (...values: unknown[]): string | null => values.flatMap((value) => word(value) ?? []).join(' · ') || null;

const count = (value: unknown): number | null => (Number.isInteger(value) && (value as number) > 0 ? (value as number) : null);

function fits(value: unknown, detail: (raw: Payload) => string | null): Fit[] {
  return records(value).flatMap((raw): Fit[] => {
    const title = word(raw.title);
    return title === null ? [] : [{ title, detail: detail(raw) }];
  });
}

/** The form of an update; null when it is none. A checklist has a step and no fits. */
export function form({ kind, payload }: Update): Form | null {
  if (kind !== 'form') return null;
  const isChecklist = payload.form === 'checklist';
  return {
    known: word(payload.known),
    fits: isChecklist ? [] : fits(payload.entries, (raw) => said(raw.district, raw.why)),
    mayFit: isChecklist ? [] : fits(payload.may_fit, (raw) => said(raw.district, words(raw.missing).join('、'))),
    question: word(payload.question),
    step: isChecklist ? count(payload.step) : null,
    of: isChecklist ? count(payload.of) : null,
  };
}

/** A ticket of the visitor's, as its card shows it. */
export interface ShownTicket {
  number: string;
  title: string;
  status: string;
  department: string | null;
  dueAt: string | null;
  result: string | null;
}

/** The tickets an update tells of; what has no number or status is left out. */
export function tickets({ kind, payload }: Update): ShownTicket[] {
  if (kind !== 'ticket') return [];
  return records(payload.tickets).flatMap((raw): ShownTicket[] => {
    const [number, status] = [word(raw.number), word(raw.status)];
    if (number === null || status === null) return [];
    const more = { department: word(raw.department), dueAt: word(raw.due_at), result: word(raw.result) };
    return [{ number, status, title: word(raw.title) ?? '', ...more }];
  });
}

export function buttons(update: Update): Button[] {
  const own = records(update.payload.buttons).flatMap((raw): Button[] => {
    const [id, label] = [word(raw.id), word(raw.label)];
    return id !== null && label !== null ? [{ id, label }] : [];
  });
  if (own.length > 0 || update.kind !== 'choices') return own;
  return records(update.payload.options).flatMap((raw): Button[] => {
    const label = word(raw.label);
    return label === null ? [] : [{ id: null, label }];
  });
}

/** Whether a picture came with it: then its words are for those who are shown only words. */
export const hasPicture = ({ payload }: Update): boolean =>
  (payload.attachment as Payload | null | undefined)?.kind === 'image';

export const field = (update: Update, name: string): string | null => word(update.payload[name]);

/** A request for help has ended, however. */
export const isClosed = ({ kind, payload }: Update): boolean => kind === 'notice' && payload.code === 'closed';
