import type { Texts } from '../locales/zh';
import { MAX_TEXT } from '../protocol';
import type { Session } from '../session';
import { h, setHidden, setText } from './dom';
import { icon } from './icons';

const COUNT_FROM = MAX_TEXT - 200;

export class Composer {
  readonly node: HTMLElement;
  readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly count = h('div', { class: 'count', 'aria-live': 'polite', hidden: true });
  private composing = false;

  constructor(
    private readonly session: Session,
    private readonly texts: Texts,
    private readonly sent: () => void,
    ...more: HTMLElement[]
  ) {
    this.input = h('textarea', {
      rows: 1,
      'data-testid': 'input',
      'aria-label': texts.input,
      placeholder: texts.placeholder,
      enterkeyhint: 'send',
      autocomplete: 'off',
      oninput: () => this.changed(),
      onkeydown: (event: KeyboardEvent) => this.keyed(event),
      oncompositionstart: () => (this.composing = true),
      oncompositionend: () => (this.composing = false),
    });
    this.button = h(
      'button',
      { type: 'submit', class: 'send', 'data-testid': 'send', 'aria-label': texts.send, title: texts.send, disabled: true },
      icon('send'),
    );
    const submit = (event: Event): void => {
      event.preventDefault();
      this.submit();
    };
    this.node = h(
      'form',
      { class: 'composer', onsubmit: submit },
      h('div', { class: 'field' }, this.input, this.button),
      this.count,
      h('div', { class: 'foot' }, h('p', { class: 'hint' }, texts.hint), ...more),
    );
  }

  /** An input method is open: its Enter and Esc are not ours. Some browsers only say so by key code 229. */
  isComposing(event: KeyboardEvent): boolean {
    return this.composing || event.isComposing || event.keyCode === 229;
  }

  private keyed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || this.isComposing(event)) return;
    event.preventDefault();
    this.submit();
  }

  private changed(): void {
    const { length } = this.input.value.trim();
    this.button.disabled = length === 0 || length > MAX_TEXT;
    setHidden(this.count, length < COUNT_FROM);
    this.count.classList.toggle('over', length > MAX_TEXT);
    setText(this.count, length > MAX_TEXT ? this.texts.tooLong(length - MAX_TEXT) : this.texts.count(length, MAX_TEXT));
    this.grow();
    if (length > 0) this.session.typing();
  }

  private grow(): void {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  private submit(): void {
    if (!this.session.send(this.input.value)) return;
    this.input.value = '';
    this.changed();
    this.sent();
  }
}
