/** Files that came with a message. */
import type { Attachment, Update } from '../api/types';

/** Only addresses of this service and of https are opened; anything else is not shown. */
export function isSafeUrl(url: string): boolean {
  return /^\/(?!\/)/.test(url) || /^https:\/\//i.test(url);
}

export function attachmentsOf(update: Update): Attachment[] {
  const list = update.payload?.attachments;
  if (!Array.isArray(list)) return [];
  return list.filter((file) => typeof file?.url === 'string' && isSafeUrl(file.url));
}

export function isImage(file: Attachment): boolean {
  return /^image\/(?:png|jpe?g|gif|webp|bmp)$/i.test(file.media_type ?? '');
}

export function sizeText(size: number | null | undefined): string {
  if (!size) return '';
  return size < 1_048_576 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1_048_576).toFixed(1)} MB`;
}
