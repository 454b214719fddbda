/** What an audited change changed, field by field. */
import type { AuditRow } from '../api/admin';
import { topicName, words } from '../locales';
import { spansText } from './admin';

export interface Change {
  field: string;
  /** Null when the field says only how it is, not what it was. */
  before: string | null;
  after: string;
}

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : { [words.admin.thresholds.value]: value };
}

/** `[["09:00", "12:00"], …]`, as working time is kept. */
function isSpans(value: unknown): value is [string, string][] {
  return Array.isArray(value) && value.length > 0 && value.every((it) => Array.isArray(it) && it.length === 2 && it.every((end) => typeof end === 'string'));
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function textOf(field: string, value: unknown): string {
  if (isNothing(value)) return field === 'value' ? words.admin.audit.standard : words.admin.audit.empty;
  if (field === 'role') return (words.team.roles as Record<string, string>)[String(value)] ?? String(value);
  if (field === 'skills' && Array.isArray(value)) return value.map((code) => topicName(String(code))).join('、');
  if (field === 'topic') return topicName(String(value));
  if (isSpans(value)) return spansText(value);
  if (typeof value === 'boolean') return value ? words.admin.thresholds.on : words.admin.thresholds.off;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A week is kept under its days, Monday being 1. */
const nameOf = (field: string) => words.admin.audit.fields[field] ?? words.admin.hours.weekdays[Number(field) - 1] ?? field;

/** What is there now, without what is empty. */
function listed(fields: Fields): Change[] {
  return Object.entries(fields)
    .filter(([field, value]) => field !== 'id' && !isNothing(value))
    .map(([field, value]) => ({ field: nameOf(field), before: null, after: textOf(field, value) }));
}

/** Only the fields that differ; a detail without before and after is listed as it is. */
export function changesOf(detail: Fields | null): Change[] {
  if (!detail) return [];
  if (!('before' in detail) && !('after' in detail)) {
    return listed(detail);
  }
  const [before, after] = [fieldsOf(detail.before), fieldsOf(detail.after)];
  if (isNothing(detail.before)) return listed(after);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field: nameOf(field), before: textOf(field, before[field]), after: textOf(field, after[field]) }))
    .filter((change) => change.before !== change.after);
}

/** A field of what is there now, or of what was there. */
function fieldOf(detail: Fields | null, field: string): string | null {
  const { before, after } = detail ?? {};
  const value = fieldsOf(after ?? before)[field];
  return typeof value === 'string' ? value : null;
}

/** What a row is about: people by their name, the rest by what it is called; a number of its own tells nobody anything. */
export function subjectOf(row: AuditRow, people: readonly { id: string; name: string }[]): string {
  const subject = row.subject ?? '';
  if (row.action === 'topic_saved') return topicName(subject);
  if (row.action === 'hours_saved' && subject === '*') return words.admin.hours.common;
  if (row.action.startsWith('exception_')) return fieldOf(row.detail, 'day') ?? subject;
  if (row.action.startsWith('canned_reply_')) return fieldOf(row.detail, 'title') ?? subject;
  return people.find((it) => it.id === subject)?.name ?? words.admin.thresholds.names[subject] ?? subject;
}
