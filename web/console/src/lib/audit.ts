/** What an audited change changed, field by field. */
import { words } from '../locales';

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

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return words.admin.audit.empty;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Only the fields that differ; a detail without before and after is listed as it is. */
export function changesOf(detail: Fields | null): Change[] {
  if (!detail) return [];
  if (!('before' in detail) && !('after' in detail)) {
    return Object.entries(detail).map(([field, value]) => ({ field, before: null, after: textOf(value) }));
  }
  const [before, after] = [fieldsOf(detail.before), fieldsOf(detail.after)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => textOf(before[field]) !== textOf(after[field]))
    .map((field) => ({ field, before: textOf(before[field]), after: textOf(after[field]) }));
}
