/** Lets the visitor wait for a person no longer: asked once more before it is done. */
import type { Texts } from '../locales/zh';
import { h, setHidden, setText } from './dom';

/** Leaves the queue; null when it went well, else the code of the refusal. */
export type Leave = () => Promise<string | null>;

export class Leaving {
  readonly node: HTMLElement;
  private readonly ask: HTMLButtonElement;
  private readonly question: HTMLElement;
  private readonly text = h('span', { role: 'status' });
  private readonly yes: HTMLButtonElement;

  constructor(
    private readonly texts: Texts,
    private readonly leave: Leave,
    private readonly left: () => void,
  ) {
    const button = (testid: string, text: string, onclick: () => void): HTMLButtonElement =>
      h('button', { type: 'button', class: 'queue-act', 'data-testid': testid, onclick }, text);
    this.ask = button('queue-leave', texts.queueLeave, () => this.asking(true));
    this.yes = button('queue-leave-yes', texts.queueLeaveYes, () => void this.go());
    const stay = button('queue-leave-no', texts.queueLeaveNo, () => this.asking(false));
    this.question = h('div', { class: 'queue-ask', hidden: true }, this.text, this.yes, stay);
    this.node = h('div', { class: 'queue-leave' }, this.ask, this.question);
  }

  /** Back to the quiet button, for the next time somebody waits. */
  reset(): void {
    this.yes.disabled = false;
    setHidden(this.question, true);
    setHidden(this.ask, false);
  }

  private asking(on: boolean): void {
    setHidden(this.question, !on);
    setHidden(this.ask, on);
    // Once it is shown, so that it is read out.
    setText(this.text, on ? this.texts.queueLeaveAsk : '');
    (on ? this.yes : this.ask).focus();
  }

  private async go(): Promise<void> {
    this.yes.disabled = true;
    const refused = await this.leave();
    this.yes.disabled = false;
    // The queue goes, or a helper who was faster has taken its place: the focus must not go with it.
    if (refused === null || refused === 'wrong_state') return this.left();
    setText(this.text, this.texts.queueLeaveFailed);
    this.yes.focus();
  }
}
