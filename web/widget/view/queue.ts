import type { Texts } from '../locales/zh';
import { offersCall } from '../contact';
import { isOffHours } from '../select';
import type { State } from '../state';
import { h, setHidden, setText, svg } from './dom';
import { type Leave, Leaving } from './leaving';

/** Circumference of the ring below, radius 20. */
const AROUND = 125.66;
/** One turn of the ring until the server has said what it promises. */
const TURN_SECONDS = 60;

/** A wait as it is said: in steps of five seconds below a minute, in whole minutes above. */
export function spanOf(low: number, high: number): { from: number; to: number; unit: 'seconds' | 'minutes' } {
  const unit = high < 60 ? 'seconds' : 'minutes';
  const step = unit === 'seconds' ? 5 : 60;
  const scale = unit === 'seconds' ? 1 : 60;
  const floor = (value: number): number => (Math.floor(value / step) * step) / scale;
  const ceil = (value: number): number => (Math.ceil(value / step) * step) / scale;
  const to = Math.max(step / scale, ceil(high));
  return { from: Math.min(to, Math.max(unit === 'seconds' ? 5 : 1, floor(low))), to, unit };
}

export const waitedSeconds = (since: number, now: number): number => Math.max(0, Math.floor((now - since) / 1000));

/** Where the visitor stands while waiting for a person; its seconds run by themselves. */
export class Queue {
  readonly node: HTMLElement;
  private readonly title = h('strong', {});
  private readonly wait = h('span', {});
  private readonly seconds = h('span', { class: 'queue-number' });
  private readonly arc: SVGElement;
  private timer: ReturnType<typeof setInterval> | undefined;
  private since = 0;
  private queue: State['queue'] = null;
  private readonly leaving: Leaving;
  private readonly call: HTMLButtonElement;

  constructor(
    private readonly texts: Texts,
    leave: Leave,
    left: () => void,
    call: () => void,
  ) {
    this.leaving = new Leaving(texts, leave, left);
    this.call = h('button', { type: 'button', class: 'queue-act', 'data-testid': 'queue-callback', onclick: call }, texts.callback);
    const circle = { cx: 24, cy: 24, r: 20 };
    this.arc = svg('circle', { ...circle, class: 'ring-arc', 'stroke-dasharray': AROUND, 'stroke-dashoffset': AROUND });
    const ring = svg('svg', { viewBox: '0 0 48 48', class: 'ring', 'aria-hidden': 'true' }, svg('circle', circle), this.arc);
    const unit = h('span', { class: 'queue-unit' }, texts.queueSeconds);
    const timer = { class: 'queue-clock', role: 'timer', 'aria-label': texts.queueElapsed };
    const clock = h('div', timer, this.seconds, unit);
    const line = h('div', { class: 'queue-line' }, this.title, this.wait);
    this.node = h(
      'section',
      { class: 'queue', 'data-testid': 'queue', hidden: true },
      h('div', { class: 'queue-dial' }, ring, clock),
      h(
        'div',
        { class: 'queue-text' },
        h('div', { role: 'status' }, line, h('p', {}, texts.queueHint)),
        h('div', { class: 'queue-acts' }, this.call, this.leaving.node),
      ),
    );
  }

  render(state: State): void {
    const waiting = state.owner === 'queue' && state.waitingSince !== null && !isOffHours(state);
    setHidden(this.node, !waiting);
    if (!waiting) return this.stop();
    setHidden(this.call, !offersCall(state));
    const { queue, waitingSince } = state;
    const known = queue !== null && queue.position > 0;
    setText(this.title, known ? this.texts.queuePosition(queue.position) : this.texts.queueUnknown);
    this.queue = queue;
    this.since = waitingSince ?? 0;
    this.timer ??= setInterval(() => this.tick(), 1000);
    this.tick();
  }

  stop(): void {
    this.leaving.reset();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(): void {
    const waited = waitedSeconds(this.since, Date.now());
    setText(this.seconds, String(waited));
    const promise = this.queue?.promise ?? TURN_SECONDS;
    const late = waited >= promise;
    this.arc.setAttribute('stroke-dashoffset', String(AROUND * (1 - Math.min(1, waited / promise))));
    this.node.classList.toggle('late', late);
    setText(this.wait, this.waitText(late));
  }

  /** An estimate is shown until its time is over, and never one that has proved wrong. */
  private waitText(late: boolean): string {
    const { texts, queue } = this;
    if (queue !== null && queue.low !== null && queue.high !== null && Date.now() < queue.at + queue.high * 1000) {
      const { from, to, unit } = spanOf(queue.low, queue.high);
      return texts.queueWait(from === to ? String(to) : `${from}–${to}`, unit);
    }
    return late ? texts.queueLate : '';
  }
}
