/** What an audited change changed, field by field. */
import { topicName, words } from '../locales';

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

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function textOf(field: string, value: unknown): string {
  if (isNothing(value)) return field === 'value' ? words.admin.audit.standard : words.admin.audit.empty;
  if (field === 'role') return (words.team.roles as Record<string, string>)[String(value)] ?? String(value);
  if (field === 'skills' && Array.isArray(value)) return value.map((code) => topicName(String(code))).join('、');
  if (field === 'topic') return topicName(String(value));
  if (typeof value === 'boolean') return value ? words.admin.thresholds.on : words.admin.thresholds.off;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const nameOf = (field: string) => words.admin.audit.fields[field] ?? field;

/** What is there now, without what is empty. */
function listed(fields: Fields): Change[] {
  return Object.entries(fields)
    .filter(([, value]) => !isNothing(value))
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
