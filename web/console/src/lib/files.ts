/** What comes with a message besides words, and what may be sent as a picture. */
import type { Update } from '../api/types';

/** As the server takes it (`bot/helpdesk/rules/pictures.py`), which looks at the bytes themselves. */
export const PICTURE_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif'];
export const LARGEST_PICTURE_BYTES = 10 * 1024 * 1024;

export type PictureProblem = 'type' | 'size';

/** Why a file cannot be sent; null when it can, as far as its own word goes. */
export function pictureProblem(file: Pick<File, 'type' | 'size'>): PictureProblem | null {
  if (!PICTURE_TYPES.includes(file.type)) return 'type';
  return file.size > LARGEST_PICTURE_BYTES ? 'size' : null;
}

/** The files in what was pasted. What comes with words, as from a table or a text, is pasted as words. */
export function pastedFiles(data: DataTransfer | null): File[] {
  if (!data || data.types.includes('text/plain')) return [];
  return [...data.files];
}

export function attachmentKind(update: Update): string | null {
  return update.payload?.attachment?.kind ?? null;
}
