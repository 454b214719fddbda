import { h } from './dom';

// Chinese text runs on without spaces: an address ends at the first character that cannot be part of one.
const ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;
const TRAILING = /[.,;:!?'")\]]+$/;

function link(address: string): Node | string {
  try {
    const { protocol } = new URL(address);
    if (protocol !== 'http:' && protocol !== 'https:') return address;
  } catch {
    return address;
  }
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow' }, address);
}

/** The text with its web addresses as links; everything else stays text. */
export function linkify(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(link(address));
    from = match.index + address.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}
