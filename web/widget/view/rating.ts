import type { RatingItem } from '../select';
import { h, setHidden, setText } from './dom';
import { icon, star } from './icons';
import type { Context, ItemView } from './message';

const STARS = [1, 2, 3, 4, 5] as const;

function thanks(item: RatingItem, { texts }: Context): HTMLElement {
  const given = item.stars ?? 0;
  const stars = STARS.map((value) => h('span', { class: value <= given ? 'lit' : '' }, star()));
  const row = h('div', { class: 'stars small', role: 'img', 'aria-label': texts.rateStar(given) }, ...stars);
  return h(
    'div',
    { class: 'rated', 'data-testid': 'rated' },
    h('span', { class: 'seal' }, icon('check')),
    h('strong', {}, texts.rateThanks),
    h('p', {}, item.resolved === false ? texts.rateThanksNo : texts.rateThanksYes),
    given > 0 ? row : null,
  );
}

const gone = ({ texts }: Context): HTMLElement => h('span', { 'data-testid': 'rate-gone' }, texts.rateGone);

function toggle(label: string, testid: string, act: () => void): HTMLButtonElement {
  const attributes = { type: 'button', class: 'choice', 'data-testid': testid, 'aria-pressed': 'false', onclick: act };
  return h('button', attributes, label);
}

const press = (button: Element, on: boolean): void => button.setAttribute('aria-pressed', String(on));

/** The open question: settled or not, stars, a comment. Keeps what was entered when sending fails. */
function questions({ session, texts }: Context): ItemView<RatingItem> {
  let resolved: boolean | null = null;
  let stars: number | null = null;
  const yes = toggle(texts.rateYes, 'rate-yes', () => settle(true));
  const no = toggle(texts.rateNo, 'rate-no', () => settle(false));
  const starButtons = STARS.map((value) => {
    const attributes = { type: 'button', 'data-testid': `rate-star-${value}`, 'aria-label': texts.rateStar(value) };
    return h('button', { ...attributes, 'aria-pressed': 'false', onclick: () => shine(value) }, star());
  });
  const word = h('span', { class: 'star-word', 'aria-live': 'polite' });
  const note = { placeholder: texts.rateComment, 'aria-label': texts.rateComment };
  const comment = h('textarea', { rows: 2, maxlength: 500, ...note });
  const submit = h('button', { type: 'submit', class: 'primary', 'data-testid': 'rate-submit', disabled: true });
  const failed = h('p', { class: 'form-error', role: 'alert', hidden: true }, texts.rateFailed);
  const more = h(
    'div',
    { class: 'rate-more', hidden: true },
    h('div', { class: 'rate-label' }, texts.rateStars),
    h('div', { class: 'stars', role: 'group', 'aria-label': texts.rateStars }, ...starButtons, word),
    comment,
  );
  const node = h(
    'form',
    { class: 'rating', onsubmit: send },
    h('div', { class: 'rate-title' }, texts.rateTitle),
    h('div', { class: 'choices', role: 'group', 'aria-label': texts.rateTitle }, yes, no),
    more,
    failed,
    submit,
  );

  function settle(value: boolean): void {
    resolved = value;
    press(yes, value);
    press(no, !value);
    setHidden(more, false);
    submit.disabled = false;
    node.parentElement?.scrollIntoView({ block: 'nearest' });
  }
  function shine(value: number): void {
    stars = value;
    starButtons.forEach((button, index) => {
      button.classList.toggle('lit', index < value);
      press(button, index === value - 1);
    });
    setText(word, texts.rateStarWords[value - 1] ?? '');
  }
  function send(event: Event): void {
    event.preventDefault();
    if (resolved === null) return;
    const said = comment.value.trim();
    session.rate({ resolved, stars, ...(said === '' ? {} : { comment: said }) });
  }
  function update(item: RatingItem): void {
    const busy = item.status === 'sending';
    submit.disabled = busy || resolved === null;
    setText(submit, busy ? texts.rateSending : texts.rateSubmit);
    setHidden(failed, item.status !== 'failed');
  }
  return { node, update };
}

export function ratingView(first: RatingItem, context: Context): ItemView<RatingItem> {
  const node = h('div', { class: 'card' });
  const form = questions(context);
  let shown: 'form' | 'done' | 'gone' = 'form';
  function show(what: 'done' | 'gone', content: HTMLElement): void {
    if (shown === what) return;
    shown = what;
    node.className = what === 'done' ? 'card' : 'notice';
    node.replaceChildren(content);
  }
  function update(item: RatingItem): void {
    if (item.status === 'done') show('done', thanks(item, context));
    else if (item.status === 'gone') show('gone', gone(context));
    else form.update(item);
  }
  node.append(form.node);
  update(first);
  return { node, update };
}
