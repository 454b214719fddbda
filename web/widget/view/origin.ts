/** Asks before a link takes the visitor into another conversation, and says so while they are in one. */
import type { Texts } from '../locales/zh';
import type { Origin, State } from '../state';
import { h, setHidden, setText } from './dom';
import { icon } from './icons';

export interface OriginActions {
  accept(): void;
  decline(): void;
  back(): void;
}

export class OriginBar {
  readonly node: HTMLElement;
  private readonly text = h('span', {});
  private readonly accept: HTMLButtonElement;
  private readonly decline: HTMLButtonElement;
  private readonly back: HTMLButtonElement;

  constructor(
    private readonly texts: Texts,
    actions: OriginActions,
  ) {
    const button = (testid: string, text: string, onclick: () => void): HTMLButtonElement =>
      h('button', { type: 'button', 'data-testid': testid, onclick }, text);
    this.accept = button('link-accept', texts.linkAccept, () => actions.accept());
    this.decline = button('link-decline', texts.linkDecline, () => actions.decline());
    this.back = button('link-back', '', () => actions.back());
    const attributes = { class: 'banner', role: 'status', 'data-testid': 'origin', hidden: true };
    this.node = h('div', attributes, icon('alert'), this.text, this.accept, this.decline, this.back);
  }

  render({ origin }: State): void {
    const { linkAsks, linkContinued, linkBack, linkNew } = this.texts;
    setHidden(this.node, origin === 'own');
    setText(this.text, textOf(origin, linkAsks, linkContinued));
    for (const each of [this.accept, this.decline]) setHidden(each, origin !== 'asked');
    setHidden(this.back, origin === 'asked');
    setText(this.back, origin === 'continued' ? linkBack : linkNew);
  }
}

function textOf(origin: Origin, asks: string, continued: string): string {
  if (origin === 'own') return '';
  return origin === 'asked' ? asks : continued;
}
