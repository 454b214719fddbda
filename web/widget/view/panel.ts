import type { Texts } from '../locales/zh';
import { offersCall } from '../contact';
import { isEmpty, isLoading, items, typingWho } from '../select';
import type { Session } from '../session';
import type { State } from '../state';
import { Composer } from './composer';
import { h, setHidden, setText } from './dom';
import { Header } from './header';
import { Log } from './log';
import { OriginBar } from './origin';
import { bannerBar, emptyState, loadingState, typingDots } from './parts';
import { Queue } from './queue';
import { Scroller } from './scroller';
import { WechatCard } from './wechat';

export class Panel {
  readonly node: HTMLElement;
  readonly composer: Composer;
  private readonly header: Header;
  private readonly log: Log;
  private readonly queue: Queue;
  private readonly scroller: Scroller;
  private readonly banner;
  private readonly wechat: WechatCard;
  private readonly origin: OriginBar;
  private readonly callback: HTMLButtonElement;
  private readonly typing = typingDots();
  private readonly empty: HTMLElement;
  private readonly loading: HTMLElement;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private drawn = 0;

  constructor(
    private readonly session: Session,
    private readonly texts: Texts,
    close: () => void,
  ) {
    const title = session.settings.title ?? texts.title;
    const ask = (text: string): void => {
      session.send(text);
      this.scroller.toEnd();
    };
    this.header = new Header(texts, title, { human: () => ask(texts.humanMessage), close });
    // Who waits is heard by nobody yet: their form opens here. The bot answers with its own.
    const call = (): void => (session.state.owner === 'bot' ? ask(texts.callbackMessage) : this.openForm());
    this.callback = h('button', { type: 'button', class: 'foot-link', 'data-testid': 'callback', onclick: call }, texts.callback);
    this.log = new Log({ session, texts, title, done: () => this.composer.input.focus() });
    this.queue = new Queue(texts, () => session.leaveQueue(), () => this.composer.input.focus(), call);
    this.empty = emptyState(texts, ask);
    this.loading = loadingState(texts);
    this.scroller = new Scroller(texts.newMessages, this.empty, this.loading, this.log.node, this.typing.node);
    const middle = h('div', { class: 'middle' }, this.scroller.node, this.scroller.jump);
    this.wechat = new WechatCard(session, texts, (on) => {
      for (const node of [this.header.node, middle, this.queue.node, this.composer.node]) node.toggleAttribute('inert', on);
      if (!on) (this.wechat.button.disabled ? this.composer.input : this.wechat.button).focus();
    });
    this.composer = new Composer(session, texts, () => this.scroller.toEnd(), this.callback, this.wechat.button);
    this.banner = bannerBar(texts, () => session.hurry());
    this.origin = new OriginBar(texts, {
      accept: () => void session.acceptLink(),
      decline: () => session.declineLink(),
      back: () => session.back(),
    });
    this.node = h(
      'section',
      { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', 'data-testid': 'panel', lang: texts.lang, hidden: true },
      this.header.node,
      this.banner.node,
      this.origin.node,
      middle,
      this.queue.node,
      this.composer.node,
      this.wechat.node,
    );
  }

  render(state: State): void {
    const list = items(state);
    const news = list.length > this.drawn;
    this.header.render(state);
    this.log.render(list, state.live && this.drawn > 0);
    this.drawn = list.length;
    this.queue.render(state);
    setHidden(this.callback, state.owner !== 'bot' || !offersCall(state));
    this.wechat.render(state);
    this.renderBanner(state);
    this.origin.render(state);
    this.renderTyping(state);
    setHidden(this.empty, !isEmpty(state) || isLoading(state));
    setHidden(this.loading, !isLoading(state));
    if (!isEmpty(state)) this.scroller.grown(news, this.log.node.lastElementChild);
  }

  /** The panel has just been shown: hidden content cannot be scrolled, so do it now. */
  shown(): void {
    if (!isEmpty(this.session.state)) this.scroller.toEnd();
  }

  destroy(): void {
    this.queue.stop();
    this.wechat.destroy();
    clearTimeout(this.typingTimer);
  }

  private openForm(): void {
    this.session.contact(true);
    this.node.querySelector<HTMLElement>('[data-testid="contact-reach"]')?.focus();
  }

  private renderBanner({ link }: State): void {
    const offline = navigator.onLine === false;
    setHidden(this.banner.node, link !== 'waiting');
    setText(this.banner.text, offline ? this.texts.offline : this.texts.reconnecting);
  }

  private renderTyping(state: State): void {
    const who = typingWho(state, Date.now());
    setHidden(this.typing.node, who === null);
    this.typing.node.dataset.who = who ?? '';
    setText(this.typing.text, who === null ? '' : { bot: this.texts.typingBot, helper: this.texts.typingHelper }[who]);
    clearTimeout(this.typingTimer);
    if (who === null || state.typing === null) return;
    const left = state.typing.until - Date.now();
    this.typingTimer = setTimeout(() => this.renderTyping(this.session.state), left + 10);
  }
}
