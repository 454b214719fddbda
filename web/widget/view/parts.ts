/** The small parts of the panel that are drawn once and only shown or hidden. */
import type { Texts } from '../locales/zh';
import { h } from './dom';
import { icon, mark } from './icons';

export function emptyState(texts: Texts, ask: (question: string) => void): HTMLElement {
  function example(question: string): HTMLElement {
    const attributes = { type: 'button', class: 'example', 'data-testid': 'example', onclick: () => ask(question) };
    return h('li', {}, h('button', attributes, h('span', {}, question), icon('arrow')));
  }
  return h(
    'div',
    { class: 'empty', 'data-testid': 'empty' },
    h('span', { class: 'empty-mark' }, mark()),
    h('h3', {}, texts.emptyTitle),
    h('p', {}, texts.emptyText),
    h('div', { class: 'examples-title' }, texts.examplesTitle),
    h('ul', { class: 'examples' }, ...texts.examples.map(example)),
  );
}

export function loadingState(texts: Texts): HTMLElement {
  const bone = (side: string): HTMLElement => h('div', { class: `bone ${side}` });
  return h(
    'div',
    { class: 'loading', role: 'status', 'data-testid': 'loading' },
    h('span', { class: 'sr' }, texts.loading),
    ...['right', 'left tall', 'left', 'right'].map(bone),
  );
}

export interface Banner {
  node: HTMLElement;
  text: HTMLElement;
}

export function bannerBar(texts: Texts, retry: () => void): Banner {
  const text = h('span', {});
  const button = h('button', { type: 'button', onclick: retry }, texts.reconnectNow);
  const attributes = { class: 'banner', role: 'status', 'data-testid': 'banner', hidden: true };
  const node = h('div', attributes, icon('alert'), text, button);
  return { node, text };
}

export interface Typing {
  node: HTMLElement;
  text: HTMLElement;
}

export function typingDots(): Typing {
  const text = h('span', { class: 'sr', role: 'status' });
  const node = h('div', { class: 'typing', 'data-testid': 'typing', hidden: true }, h('i', {}), h('i', {}), h('i', {}), text);
  return { node, text };
}
