import type { Texts } from '../locales/zh';
import { h, setHidden, setText } from './dom';
import { mark } from './icons';

const MOST = 99;

export class Launcher {
  readonly node: HTMLButtonElement;
  private readonly badge = h('span', { class: 'badge', 'data-testid': 'unread', hidden: true });

  constructor(
    private readonly texts: Texts,
    open: () => void,
  ) {
    const label = h('span', { class: 'launcher-label' }, texts.launcher);
    const attributes = { type: 'button', class: 'launcher', 'data-testid': 'launcher', 'aria-haspopup': 'dialog' };
    this.node = h('button', { ...attributes, lang: texts.lang, onclick: open }, mark(), label, this.badge);
  }

  render(open: boolean, unread: number): void {
    setHidden(this.node, open);
    setHidden(this.badge, unread === 0);
    setText(this.badge, unread > MOST ? `${MOST}+` : String(unread));
    this.node.setAttribute('aria-expanded', String(open));
    this.node.setAttribute('aria-label', unread > 0 ? this.texts.launcherUnread(unread) : this.texts.launcher);
  }
}
