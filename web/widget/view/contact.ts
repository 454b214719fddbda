/** The form to leave a message and a way to be reached: a ticket comes of it. */
import type { ContactItem } from '../contact';
import type { Contact } from '../protocol';
import { h, setHidden, setText } from './dom';
import type { Context, ItemView } from './message';

const TEXT_MOST = 2000;

function line(label: string, testid: string, attributes: Record<string, string | number>): [HTMLElement, HTMLInputElement] {
  const input = h('input', { ...attributes, 'data-testid': testid });
  return [h('label', { class: 'line' }, h('span', {}, label), input), input];
}

/** An address or a number in one field: people give what they have. */
export function toContact(name: string, reach: string, when: string): Contact {
  const said = (key: keyof Contact, value: string): Contact => (value.trim() === '' ? {} : { [key]: value.trim() });
  return { ...said('name', name), ...said(reach.includes('@') ? 'email' : 'phone', reach), ...said('when', when) };
}

export function contactView(first: ContactItem, { session, texts, done }: Context): ItemView<ContactItem> {
  const { visitor } = session.settings;
  const { why, said } = first;
  const [nameLine, name] = line(texts.contactName, 'contact-name', { maxlength: 64, autocomplete: 'name' });
  const [reachLine, reach] = line(texts.contactReach, 'contact-reach', { maxlength: 200, autocomplete: 'tel' });
  const [whenLine, when] = line(texts.contactWhen, 'contact-when', { maxlength: 200 });
  const attributes = { rows: 2, maxlength: TEXT_MOST, placeholder: texts.contactText, 'aria-label': texts.contactText };
  const text = h('textarea', { ...attributes, 'data-testid': 'contact-text' });
  const submit = h('button', { type: 'submit', class: 'primary', 'data-testid': 'contact-submit' }, texts.contactSubmit);
  const problem = h('p', { class: 'form-error', role: 'alert', hidden: true });
  const title = { late: texts.contactTitleLate, off_hours: texts.contactTitle, callback: texts.contactTitleCallback }[why];
  const away = { type: 'button', class: 'put-away', 'data-testid': 'contact-put-away', onclick: putAway };
  const form = h(
    'form',
    { class: 'rating contact', onsubmit: (event: Event) => void send(event) },
    h('div', { class: 'rate-title' }, title),
    text,
    nameLine,
    reachLine,
    whenLine,
    problem,
    submit,
    why === 'callback' ? h('button', away, texts.contactPutAway) : null,
  );
  text.value = said.question?.slice(0, TEXT_MOST) ?? '';
  name.value = visitor?.name ?? '';
  reach.value = said.phone ?? visitor?.phone ?? '';
  when.value = said.when ?? '';

  function putAway(): void {
    session.contact(false);
    done();
  }

  function busy(on: boolean): void {
    submit.disabled = on;
    setText(submit, on ? texts.contactSending : texts.contactSubmit);
  }
  async function send(event: Event): Promise<void> {
    event.preventDefault();
    setHidden(problem, true);
    busy(true);
    const description = text.value.trim();
    const contact = toContact(name.value, reach.value, when.value);
    const refused = await session.leave({ contact, ...(description === '' ? {} : { description }) });
    // When it went well, the notice of the new ticket takes the place of the form.
    busy(refused === null);
    if (refused === null) return;
    setText(problem, refused === 'bad_request' ? texts.contactWrong : texts.contactFailed);
    setHidden(problem, false);
  }
  return { node: h('div', { class: 'card', 'data-testid': 'contact' }, form), update: () => undefined };
}
