/** What a form shows beside its words: the measures that fit, each with why, or how far a checklist has come. */
import type { Texts } from '../locales/zh';
import type { Fit, Form } from '../payload';
import { h } from './dom';
import { linkify } from './linkify';

function fitRow({ title, detail }: Fit): HTMLElement {
  return h(
    'li',
    { class: 'fit', 'data-testid': 'fit' },
    h('span', { class: 'fit-title' }, title),
    detail === null ? null : h('span', { class: 'fit-detail' }, detail),
  );
}

function fitList(kind: 'sure' | 'maybe', heading: string, list: Fit[]): HTMLElement | null {
  if (list.length === 0) return null;
  const tag = kind === 'sure' ? 'ol' : 'ul';
  return h('div', { class: `fits ${kind}` }, h('div', { class: 'fits-title' }, heading), h(tag, {}, ...list.map(fitRow)));
}

/** How far: a bar of as many pieces as there are steps; read out as words. */
function progress(step: number, of: number, texts: Texts): HTMLElement {
  const pieces = Array.from({ length: of }, (_, at) => h('i', at < step ? { class: 'done' } : {}));
  const attributes = { class: 'progress', role: 'img', 'aria-label': texts.checklistStep(step, of), 'data-testid': 'progress' };
  return h('div', attributes, ...pieces);
}

/** The content of the bubble; null when the words alone say it all. */
export function formBody(form: Form, text: string, texts: Texts): (Node | string)[] | null {
  if (form.step !== null && form.of !== null) return [progress(form.step, form.of, texts), ...linkify(text)];
  const lists = [fitList('sure', texts.fits, form.fits), fitList('maybe', texts.mayFit, form.mayFit)];
  const shown = lists.filter((list) => list !== null);
  if (shown.length === 0) return null;
  const line = (said: string | null): HTMLElement[] => (said === null ? [] : [h('p', {}, ...linkify(said))]);
  return [...line(form.known), ...shown, ...line(form.question)];
}
