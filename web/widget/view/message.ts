/** One drawn item of the conversation. Nodes stay in place while their item changes. */
import type { Texts } from '../locales/zh';
import { type Citation, citations, form, hasPicture, tickets } from '../payload';
import type { Update } from '../protocol';
import type { MineItem, NoticeItem, ReplyItem, TimeItem } from '../select';
import type { Session } from '../session';
import { h, setHidden, setText } from './dom';
import { formBody } from './form';
import { icon, mark } from './icons';
import { linkify } from './linkify';
import { pictureView } from './picture';
import { ticketCards } from './ticket';

export interface ItemView<T> {
  node: HTMLElement;
  update(item: T): void;
}

export interface Context {
  session: Session;
  texts: Texts;
  /** Name of the assistant where an update carries none. */
  title: string;
  /** Back to where the visitor writes: what was at hand has been put away. */
  done(): void;
}

function statusText(item: MineItem, texts: Texts): string {
  if (item.status === 'failed') return item.reason === 'too_large' ? texts.failedTooLong : texts.failed;
  return { sending: texts.sending, sent: texts.sent, read: texts.read, quiet: '' }[item.status];
}

export function mineView(first: MineItem, { session, texts }: Context): ItemView<MineItem> {
  const status = h('span', { class: 'status-text' });
  const retry = h('button', { type: 'button', class: 'retry', 'data-testid': 'retry' }, texts.retry);
  const line = h('div', { class: 'status' }, status, retry);
  const pictured = first.picture && first.seq !== null ? [pictureView(first.seq, session, texts)] : null;
  const node = h(
    'div',
    { class: 'row mine', 'data-testid': 'message', 'data-sender': 'visitor', 'data-kind': first.kind },
    h('span', { class: 'sr' }, `${texts.you}: `),
    h('div', { class: 'bubble' }, ...(pictured ?? linkify(first.text))),
    line,
  );
  let id = first.id;
  retry.addEventListener('click', () => {
    if (id !== null) session.retry(id);
  });
  function update(item: MineItem): void {
    id = item.id;
    node.dataset.status = item.status === 'quiet' ? 'sent' : item.status;
    if (item.seq !== null) node.dataset.seq = String(item.seq);
    setText(status, statusText(item, texts));
    setHidden(retry, item.status !== 'failed');
    setHidden(line, item.status === 'quiet');
  }
  update(first);
  return { node, update };
}

function sectionText(section: string, texts: Texts): string {
  return /^\d+$/.test(section) ? texts.sourceArticle(section) : section;
}

function sourceRow({ document, number, section, date }: Citation, texts: Texts): HTMLElement {
  const details = [number, section === null ? null : sectionText(section, texts), date];
  const said = details.filter((detail) => detail !== null);
  return h(
    'li',
    { class: 'source', 'data-testid': 'source' },
    h('span', { class: 'source-title' }, document),
    said.length > 0 ? h('span', { class: 'source-meta' }, ...said.map((detail) => h('span', {}, detail))) : null,
  );
}

function sourceCard(update: Update, texts: Texts): HTMLElement | null {
  const list = citations(update);
  if (list.length === 0) return null;
  return h(
    'div',
    { class: 'sources' },
    h('div', { class: 'sources-title' }, icon('document'), texts.sources),
    h('ul', {}, ...list.map((citation) => sourceRow(citation, texts))),
  );
}

function labelOf(update: Update, texts: Texts): HTMLElement | null {
  const label = { not_covered: texts.notCovered, handoff: texts.handoff, choices: texts.choose }[update.kind];
  return label === undefined ? null : h('div', { class: 'label' }, label);
}

function speaker(update: Update, { texts, title }: Context): HTMLElement {
  const human = update.sender?.kind === 'helper';
  const name = update.sender?.name ?? (human ? texts.helperFallback : title);
  const department = update.sender?.department ?? null;
  return h(
    'div',
    { class: 'who' },
    h('span', { class: 'avatar' }, human ? name.slice(0, 1) : mark()),
    h('span', { class: 'name' }, name),
    department === null ? null : h('span', { class: 'department' }, department),
    h('span', { class: 'tag' }, human ? texts.humanMark : texts.robotMark),
  );
}

function chip(label: string, act: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'chip', 'data-testid': 'button-option', onclick: act }, label);
}

function chips(item: ReplyItem, { session, texts }: Context): HTMLElement {
  const { seq } = item.update;
  const own = item.buttons.map((button) => chip(button.label, () => session.choose(seq, button)));
  const person = item.offersPerson ? [chip(texts.human, () => session.send(texts.humanMessage))] : [];
  return h('div', { class: 'chips' }, ...own, ...person);
}

function bodyOf(update: Update, { session, texts }: Context): (Node | string)[] {
  const owned = tickets(update);
  if (owned.length > 0) return [ticketCards(owned, texts)];
  if (hasPicture(update)) return [pictureView(update.seq, session, texts)];
  const shown = form(update);
  return (shown && formBody(shown, update.text ?? '', texts)) ?? linkify(update.text ?? '');
}

export function replyView(first: ReplyItem, context: Context): ItemView<ReplyItem> {
  const { update: said } = first;
  const row = chips(first, context);
  const body = h('div', { class: 'bubble' }, labelOf(said, context.texts), ...bodyOf(said, context));
  const sources = sourceCard(said, context.texts);
  if (sources) body.append(sources);
  const node = h(
    'div',
    {
      class: `row theirs kind-${said.kind.replace(/[^a-z_]/g, '')}`,
      'data-testid': 'message',
      'data-seq': said.seq,
      'data-kind': said.kind,
      'data-sender': said.sender?.kind ?? 'system',
    },
    first.first ? speaker(said, context) : null,
    body,
    row,
  );
  function update(item: ReplyItem): void {
    const choosable = item.update.kind === 'choices';
    setHidden(row, row.childElementCount === 0 || (!item.live && !choosable));
    row.querySelectorAll('button').forEach((button) => (button.disabled = !item.live));
  }
  update(first);
  return { node, update };
}

export function noticeView({ update }: NoticeItem): ItemView<NoticeItem> {
  const data = { 'data-testid': 'message', 'data-seq': update.seq, 'data-kind': update.kind, 'data-sender': 'system' };
  const text = update.text?.trim() ?? '';
  const node = h('div', { class: 'notice', ...data }, h('span', {}, ...linkify(text)));
  setHidden(node, text === '');
  return { node, update: () => undefined };
}

export function timeView({ at }: TimeItem, { texts }: Context): ItemView<TimeItem> {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hour12: false };
  const format = new Intl.DateTimeFormat(texts.lang, today ? clock : { month: 'short', day: 'numeric', ...clock });
  const node = h('div', { class: 'time' }, h('time', { datetime: date.toISOString() }, format.format(date)));
  return { node, update: () => undefined };
}
