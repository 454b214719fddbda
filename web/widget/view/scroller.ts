/** Keeps the newest in sight while the visitor is at the end, and leaves them alone while they read back. */
import { h, setHidden } from './dom';
import { icon } from './icons';

const NEAR = 80;
/** Pixels kept free above a message that is shown from its beginning. */
const ABOVE = 8;

export class Scroller {
  readonly node: HTMLElement;
  readonly jump: HTMLButtonElement;
  private pinned = true;

  constructor(label: string, ...children: Node[]) {
    this.node = h('div', { class: 'scroll', tabindex: 0, onscroll: () => this.scrolled() }, ...children);
    // A picture takes its place only when it has come; `load` does not bubble.
    this.node.addEventListener('load', () => this.pinned && this.toEnd(), true);
    const attributes = { type: 'button', class: 'jump', hidden: true, onclick: () => this.toEnd() };
    this.jump = h('button', attributes, icon('down'), h('span', {}, label));
  }

  toEnd(): void {
    this.pinned = true;
    this.node.scrollTop = this.node.scrollHeight;
    setHidden(this.jump, true);
  }

  /** Call after new content: follows it, or offers to. What is taller than the view is shown from its beginning. */
  grown(news: boolean, newest: Element | null): void {
    if (!this.pinned) {
      if (news) setHidden(this.jump, false);
      return;
    }
    this.toEnd();
    if (news && newest instanceof HTMLElement && newest.offsetHeight > this.node.clientHeight)
      this.node.scrollTop = newest.offsetTop - ABOVE;
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.pinned) setHidden(this.jump, true);
  }
}
