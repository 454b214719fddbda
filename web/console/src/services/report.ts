/** The one place where something that went wrong, or well, is told. */
import { ElMessage } from 'element-plus';
import { ApiError, NetworkError } from '../api/client';
import { words } from '../locales';

/** What its sentence means to staff; a sentence of the wire is short, and in English. */
function refusalText(sentence: string): string | undefined {
  const known = Object.keys(words.refusals).find((start) => sentence.startsWith(start));
  return known === undefined ? undefined : words.refusals[known];
}

/** The server's own sentence where it is in the staff's language, otherwise ours for that sentence, or for its code. */
export function errorText(error: unknown): string {
  if (error instanceof NetworkError) return words.errors.network;
  if (!(error instanceof ApiError)) return words.errors.unknown;
  if (/\p{Script=Han}/u.test(error.message)) return error.message;
  return refusalText(error.message) ?? words.errors.codes[error.code] ?? words.errors.unknown;
}

export function report(error: unknown): void {
  // An ended session is told by the login page itself.
  if (error instanceof ApiError && error.status === 401) return;
  ElMessage({ message: errorText(error), type: 'error', grouping: true, duration: 5000 });
}

export function inform(message: string, type: 'success' | 'warning' = 'success'): void {
  ElMessage({ message, type, grouping: true, duration: 2600 });
}
