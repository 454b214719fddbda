/** A picture that came with a message: fetched with the conversation's token, which no address carries. */
import type { Texts } from '../locales/zh';
import type { Session } from '../session';
import { h } from './dom';

export function pictureView(seq: number, session: Session, texts: Texts): HTMLElement {
  const node = h('div', { class: 'picture', 'data-testid': 'picture' });

  function show(picture: Blob): void {
    const url = URL.createObjectURL(picture);
    const open = h('a', { href: url, target: '_blank', rel: 'noopener', title: texts.pictureOpen }, texts.picture);
    // A page may forbid pictures of such an address; the link to it stays.
    const image = h('img', { src: url, alt: texts.picture, onerror: () => open.replaceChildren(texts.picture) });
    open.replaceChildren(image);
    node.replaceChildren(open);
  }

  async function load(): Promise<void> {
    node.replaceChildren(texts.pictureLoading);
    const picture = await session.picture(seq);
    if (picture) return show(picture);
    node.replaceChildren(h('button', { type: 'button', class: 'retry', onclick: () => void load() }, texts.pictureFailed));
  }

  void load();
  return node;
}
