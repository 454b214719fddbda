/** Going on in WeChat: a code to scan, or to send to the account, as long as it holds. */
import type { Texts } from '../locales/zh';
import type { WechatCode } from '../protocol';
import type { Session } from '../session';
import type { State } from '../state';
import { h, setHidden, setText, svg } from './dom';
import { icon } from './icons';

function drawing({ size, path }: WechatCode['qr'], label: string): SVGElement {
  const box = { viewBox: `0 0 ${size} ${size}`, class: 'qr', role: 'img', 'aria-label': label };
  return svg('svg', box, svg('path', { d: path }));
}

/** Minutes and seconds, such as 9:05. */
export const remaining = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

export class WechatCard {
  readonly node: HTMLElement;
  /** Opens the card; stands in the foot of the panel. */
  readonly button: HTMLButtonElement;
  private readonly body = h('div', { class: 'wechat-body', 'aria-live': 'polite' });
  private readonly close: HTMLButtonElement;
  private timer: ReturnType<typeof setInterval> | undefined;
  private linked = false;

  /** `covered` tells whether the card covers the panel: then nothing behind it takes the focus, and gets it back after. */
  constructor(
    private readonly session: Session,
    private readonly texts: Texts,
    private readonly covered: (on: boolean) => void,
  ) {
    const open = { type: 'button', class: 'foot-link', 'data-testid': 'wechat-open', hidden: true, onclick: () => this.open() };
    this.button = h('button', open, texts.wechatOpen);
    const close = { type: 'button', class: 'close', 'data-testid': 'wechat-close', 'aria-label': texts.wechatClose, onclick: () => this.shut() };
    this.close = h('button', close, icon('close'));
    const dialog = { class: 'wechat', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'wechat-title', 'data-testid': 'wechat' };
    const title = h('h3', { id: 'wechat-title' }, texts.wechatTitle);
    const keyed = (event: KeyboardEvent): void => this.keyed(event);
    this.node = h('section', { ...dialog, hidden: true, onkeydown: keyed }, h('header', {}, title, this.close), this.body);
  }

  render({ wechat }: State): void {
    const linked = wechat === 'linked';
    setHidden(this.button, wechat === 'none');
    this.button.disabled = linked;
    setText(this.button, linked ? this.texts.wechatLinked : this.texts.wechatOpen);
    if (linked && !this.linked && !this.node.hidden) this.done();
    this.linked = linked;
  }

  destroy(): void {
    clearInterval(this.timer);
  }

  private open(): void {
    setHidden(this.node, false);
    this.covered(true);
    this.close.focus();
    void this.load();
  }

  private shut(): void {
    clearInterval(this.timer);
    setHidden(this.node, true);
    this.covered(false);
  }

  /** Esc closes the card, not the panel behind it. */
  private keyed(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.shut();
  }

  private async load(): Promise<void> {
    clearInterval(this.timer);
    this.body.replaceChildren(h('p', {}, this.texts.wechatLoading));
    const code = await this.session.wechatCode();
    if (this.node.hidden || this.linked) return;
    if (code) this.show(code);
    else this.again(this.texts.wechatFailed);
  }

  private show({ qr, code, account, expiresIn }: WechatCode): void {
    const { texts } = this;
    const left = h('span', { class: 'wechat-left', role: 'timer', 'aria-live': 'off', 'data-testid': 'wechat-left' });
    const typed = h('strong', { class: 'wechat-code', 'data-testid': 'wechat-code' }, code);
    this.body.replaceChildren(
      drawing(qr, texts.wechatScan),
      h('p', {}, texts.wechatScan),
      h('p', {}, texts.wechatSend(account), ' ', typed),
      left,
    );
    const ends = Date.now() + expiresIn * 1000;
    const tick = (): void => {
      const seconds = Math.ceil((ends - Date.now()) / 1000);
      if (seconds <= 0) this.again(texts.wechatExpired);
      else setText(left, texts.wechatLeft(remaining(seconds)));
    };
    this.timer = setInterval(tick, 1000);
    tick();
  }

  /** The code is no more, or there is none yet: another one on request. */
  private again(why: string): void {
    clearInterval(this.timer);
    const more = { type: 'button', class: 'primary', 'data-testid': 'wechat-again', onclick: () => void this.load() };
    this.body.replaceChildren(h('p', { role: 'alert' }, why), h('button', more, this.texts.wechatAgain));
  }

  private done(): void {
    clearInterval(this.timer);
    this.body.replaceChildren(h('span', { class: 'seal' }, icon('check')), h('p', { 'data-testid': 'wechat-done' }, this.texts.wechatDone));
  }
}
