/** The list of items: reuses nodes by key, adds what is new, removes what is gone. */
import type { Item } from '../select';
import { h } from './dom';
import { type Context, type ItemView, mineView, noticeView, replyView, timeView } from './message';
import { contactView } from './contact';
import { ratingView } from './rating';
import { ticketView } from './ticket';
import { verdictView } from './verdict';

function create(item: Item, context: Context): ItemView<Item> {
  const make = {
    mine: mineView,
    reply: replyView,
    notice: noticeView,
    time: timeView,
    rating: ratingView,
    contact: contactView,
    verdict: verdictView,
    ticket: ticketView,
  }[item.type] as (item: Item, context: Context) => ItemView<Item>;
  return make(item, context);
}

export class Log {
  readonly node: HTMLElement;
  private views = new Map<string, ItemView<Item>>();

  constructor(private readonly context: Context) {
    const live = { 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': context.texts.panel };
    this.node = h('div', { class: 'log', role: 'log', ...live });
  }

  /** `animated`: what is new slides in; a history that is rebuilt just stands there. */
  render(items: readonly Item[], animated: boolean): void {
    const next = new Map<string, ItemView<Item>>();
    let place = this.node.firstElementChild;
    for (const item of items) {
      const view = this.views.get(item.key) ?? this.added(item, animated);
      next.set(item.key, view);
      view.update(item);
      if (view.node === place) place = place.nextElementSibling;
      else this.node.insertBefore(view.node, place);
    }
    for (const [key, view] of this.views) if (!next.has(key)) view.node.remove();
    this.views = next;
  }

  private added(item: Item, animated: boolean): ItemView<Item> {
    const view = create(item, this.context);
    view.node.classList.toggle('enter', animated);
    return view;
  }
}
