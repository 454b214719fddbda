import type { Texts } from '../locales/zh';
import { isOffHours } from '../select';
import type { State } from '../state';
import { h, setText } from './dom';
import { icon, mark } from './icons';

export interface HeaderActions {
  human(): void;
  close(): void;
}

export class Header {
  readonly node: HTMLElement;
  private readonly status = h('span', { class: 'head-status-text' });
  private readonly human: HTMLButtonElement;

  constructor(
    private readonly texts: Texts,
    title: string,
    actions: HeaderActions,
  ) {
    const { human, close } = actions;
    this.human = h(
      'button',
      { type: 'button', class: 'human', 'data-testid': 'human', onclick: human },
      icon('person'),
      h('span', {}, texts.human),
    );
    this.node = h(
      'div',
      { class: 'head' },
      h('span', { class: 'head-mark' }, mark()),
      h(
        'div',
        { class: 'head-text' },
        h('h2', { class: 'head-title', id: 'title' }, title),
        h('div', { class: 'head-status' }, h('i', { class: 'dot' }), this.status),
      ),
      this.human,
      h(
        'button',
        { type: 'button', class: 'close', 'data-testid': 'close', 'aria-label': texts.close, onclick: close },
        icon('close'),
      ),
    );
  }

  render(state: State): void {
    const { owner, helper, link } = state;
    this.node.dataset.owner = owner;
    this.node.dataset.link = link;
    const { statusBot, statusHelper } = this.texts;
    const statusQueue = isOffHours(state) ? this.texts.statusOff : this.texts.statusQueue;
    const helped = helper ? statusHelper(helper.name, helper.department) : this.texts.helperFallback;
    setText(this.status, { bot: statusBot, queue: statusQueue, helper: helped }[owner]);
    // Asked for already: asking again would only add noise for the helper.
    this.human.disabled = owner !== 'bot';
  }
}
