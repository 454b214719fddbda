import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter, createApi, earlyCalls, replay, tellPage } from '../api';
import { BangbanWidget, TAG } from '../element';
import { type FakeLink, World, fromVisitor, helper, notice, settle, update } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define(TAG, BangbanWidget);

let world: World;
let element: BangbanWidget;

beforeEach(() => {
  ({ world, element } = mount());
});
afterEach(() => unmount(element));

const { all, one, shown } = within(() => element);
const give = (link: FakeLink, ...updates: ReturnType<typeof update>[]): void =>
  link.give(...updates.map((each) => ({ type: 'update', update: each }) as const));

function type(text: string, key: KeyboardEventInit = { key: 'Enter' }): void {
  const input = one<HTMLTextAreaElement>('input');
  input.value = text;
  input.dispatchEvent(new Event('input'));
  input.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...key }));
}

async function open(): Promise<FakeLink> {
  world.session.setOpen(true);
  return world.begin('问');
}

describe('panel', () => {
  it('opens from the launcher and closes with Esc, giving the focus back', () => {
    one('launcher').click();
    expect(shown('panel')).toBe(true);
    expect(element.shadowRoot?.activeElement).toBe(one('input'));
    one('input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(shown('panel')).toBe(false);
    expect(element.shadowRoot?.activeElement).toBe(one('launcher'));
  });

  it('greets with example questions that are sent on a click', async () => {
    world.session.restore();
    one('launcher').click();
    expect(all('example').length).toBeGreaterThanOrEqual(4);
    all('example')[0]?.click();
    await settle();
    world.link.events.up();
    expect(world.link.of('send')[0]?.text).toBe('公司先不干了但不想注销怎么办');
    expect(shown('empty')).toBe(false);
  });

  it('is open again after a reload of the tab', () => {
    one('launcher').click();
    const next = new World(world.local, world.tab);
    next.session.restore();
    expect(next.session.state.panelOpen).toBe(true);
  });
});

describe('composer', () => {
  it('sends on Enter and empties the input', async () => {
    await open();
    type('第二句');
    expect(one<HTMLTextAreaElement>('input').value).toBe('');
    expect(world.link.of('send').map(({ text }) => text)).toEqual(['问', '第二句']);
  });

  it('does not send on Shift+Enter', async () => {
    await open();
    type('一行', { key: 'Enter', shiftKey: true });
    expect(one<HTMLTextAreaElement>('input').value).toBe('一行');
  });

  it.each<[string, KeyboardEventInit]>([
    ['isComposing', { key: 'Enter', isComposing: true }],
    ['key code 229', { key: 'Enter', keyCode: 229 }],
  ])('never sends while composing, told by %s', async (_name, key) => {
    await open();
    type('nihao', key);
    expect(world.link.of('send')).toHaveLength(1);
  });

  it('never sends between compositionstart and compositionend', async () => {
    await open();
    one('input').dispatchEvent(new Event('compositionstart'));
    type('nihao');
    expect(world.link.of('send')).toHaveLength(1);
    one('input').dispatchEvent(new Event('compositionend'));
    type('你好');
    expect(world.link.of('send')).toHaveLength(2);
  });

  it('cannot send nothing or too much, and says how much is too much', async () => {
    await open();
    expect(one<HTMLButtonElement>('send').disabled).toBe(true);
    type('长'.repeat(2003));
    expect(one<HTMLButtonElement>('send').disabled).toBe(true);
    expect(element.shadowRoot?.querySelector('.count')?.textContent).toContain('3');
    expect(world.link.of('send')).toHaveLength(1);
  });
});

describe('messages', () => {
  it('keep one bubble from sending to saved', async () => {
    const link = await open();
    const bubble = one('message');
    expect(bubble.dataset).toMatchObject({ status: 'sending', sender: 'visitor' });
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    expect(bubble.dataset.status).toBe('sent');
    give(link, fromVisitor(1, 'm1', '问'));
    expect(one('message')).toBe(bubble);
    expect(bubble.dataset.seq).toBe('1');
  });

  it('offer another try when they failed', async () => {
    const link = await open();
    link.give({ type: 'error', error: { code: 'bad_request', message: '' }, client_message_id: 'm1' });
    expect(one('message').dataset.status).toBe('failed');
    one('retry').click();
    expect(one('message').dataset.status).toBe('sending');
    expect(link.of('send')).toHaveLength(2);
  });

  it('show text as text, whatever it contains', async () => {
    const link = await open();
    give(link, update(1, { text: '<img src=x onerror=alert(1)>', payload: { citations: [{ document: '<b>x</b>' }], buttons: [{ id: 'b', label: '<i>y</i>' }] } }));
    expect(element.shadowRoot?.querySelector('img, b')).toBeNull();
    expect(one('source').textContent).toBe('<b>x</b>');
    expect(one('button-option').textContent).toBe('<i>y</i>');
  });

  it('carry the source of an answer, and no confidence', async () => {
    const link = await open();
    const citation = { document: '行动方案', number: '嘉发改规〔2023〕2号', section: '30', date: '2023-03-31', entry: 'jd2023-07' };
    give(link, update(1, { kind: 'answer', payload: { citations: [citation], confidence: 0.8731 } }));
    expect(one('source').textContent).toBe('行动方案嘉发改规〔2023〕2号第30条2023-03-31');
    expect(element.shadowRoot?.textContent).not.toContain('0.87');
  });

  it('mark a person as a person', async () => {
    const link = await open();
    give(link, update(1), update(2, { sender: helper }));
    const [bot, person] = all('message').filter(({ dataset }) => dataset.seq).map((node) => node.querySelector('.who')?.textContent);
    expect(bot).toContain('智能');
    expect(person).toBe('陈陈晓岚市场监管局人工');
  });

  it('of kind hidden do not appear', async () => {
    const link = await open();
    give(link, update(1, { kind: 'hidden', sender: null, text: null }), update(2));
    expect(all('message').map(({ dataset }) => dataset.seq)).toEqual(['2', undefined]);
  });

  it('of a kind unknown today are shown by their text', async () => {
    const link = await open();
    give(link, update(1, { kind: 'from_the_future', text: '新的' }));
    expect(all('message')[0]?.textContent).toContain('新的');
  });
});

describe('buttons', () => {
  const offer = { payload: { buttons: [{ id: 'b1', label: '解决了' }] } };

  it('send their opaque id and are gone at once', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), update(2, offer));
    one('button-option').click();
    expect(link.of('choose')[0]).toMatchObject({ seq: 2, option: 'b1' });
    expect(shown('button-option')).toBe(false);
  });

  it('offer a person when something is not covered', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), update(2, { kind: 'not_covered' }));
    one('button-option').click();
    expect(link.of('send')[1]?.text).toBe('转人工');
  });
});

describe('asking for a person', () => {
  it('sends 转人工, shows the queue with running seconds, then the helper', async () => {
    const link = await open();
    one('human').click();
    expect(link.of('send')[1]?.text).toBe('转人工');
    give(link, fromVisitor(1, 'm1'), fromVisitor(2, 'm2'), update(3, { kind: 'handoff' }), notice(4, 'queued'));
    link.give({ type: 'queue', position: 3, wait_seconds: 40 });
    expect(one('queue').textContent).toContain('前面还有 2 位');
    expect(one('queue').textContent).toContain('可以继续输入');
    vi.advanceTimersByTime(7000);
    expect(one('queue').querySelector('.queue-number')?.textContent).toBe('7');
    give(link, notice(5, 'helper_joined', { name: '陈晓岚', department: '市场监管局' }));
    expect(shown('queue')).toBe(false);
    expect(element.shadowRoot?.querySelector('.head')?.textContent).toContain('陈晓岚');
  });

  it('takes an estimate back when its time is over, and says that it takes long after a minute', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), notice(2, 'queued'));
    link.give({ type: 'queue', position: 1, wait_seconds: 20, wait_low_seconds: 12, wait_high_seconds: 38 });
    expect(one('queue').textContent).toContain('预计约 10–40 秒接通');
    vi.advanceTimersByTime(40_000);
    expect(one('queue').textContent).not.toContain('预计');
    vi.advanceTimersByTime(20_000);
    expect(one('queue').textContent).toContain('让您久等了');
  });

  it.each([[30, 15, 62.83], [120, 30, 94.245], [undefined, 15, 94.245]])('turns its ring once in the %s promised seconds', async (promise, waited, left) => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), notice(2, 'queued'));
    link.give({ type: 'queue', position: 1, promise_seconds: promise, wait_seconds: null });
    vi.advanceTimersByTime(waited * 1000);
    const arc = one('queue').querySelector('.ring-arc');
    expect(Number(arc?.getAttribute('stroke-dashoffset'))).toBeCloseTo(left, 3);
    vi.advanceTimersByTime(((promise ?? 60) - waited - 1) * 1000);
    expect(one('queue').classList.contains('late')).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(one('queue').classList.contains('late')).toBe(true);
    expect(one('queue').textContent).toContain('让您久等了');
  });

  it('makes no promise of a wait that is not known', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), notice(2, 'queued'));
    link.give({ type: 'queue', position: 1, wait_seconds: null });
    expect(one('queue').textContent).not.toContain('预计');
  });
});

describe('typing', () => {
  it('shows dots while the bot works and takes them away with its answer', async () => {
    const link = await open();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    expect(shown('typing')).toBe(true);
    give(link, fromVisitor(1, 'm1'), update(2));
    expect(shown('typing')).toBe(false);
  });

  it('lets the dots go when nothing follows', async () => {
    const link = await open();
    link.give({ type: 'typing', who: 'helper' });
    vi.advanceTimersByTime(7000);
    expect(shown('typing')).toBe(false);
  });
});

describe('rating', () => {
  it('is given with stars and a comment, and thanked for', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), notice(2, 'closed', { outcome: 'resolved', ask_rating: true }));
    expect(one<HTMLButtonElement>('rate-submit').disabled).toBe(true);
    one('rate-yes').click();
    one('rate-star-4').click();
    const comment = element.shadowRoot?.querySelector<HTMLTextAreaElement>('.rating textarea');
    if (comment) comment.value = ' 很快 ';
    one('rate-submit').click();
    expect(link.of('rate')).toEqual([{ type: 'rate', resolved: true, stars: 4, comment: '很快' }]);
    give(link, notice(3, 'rated', { resolved: true, stars: 4 }));
    expect(one('rated').querySelectorAll('.lit')).toHaveLength(4);
    expect(all('rate-submit')).toEqual([]);
  });

  it('keeps what was entered when it could not be saved, and goes when it never can be', async () => {
    const link = await open();
    give(link, fromVisitor(1, 'm1'), notice(2, 'closed', { ask_rating: true }));
    one('rate-no').click();
    one('rate-submit').click();
    expect(one<HTMLButtonElement>('rate-submit').disabled).toBe(true);
    link.give({ type: 'error', error: { code: 'unavailable', message: '' } });
    expect(element.shadowRoot?.querySelector('.form-error')?.hasAttribute('hidden')).toBe(false);
    expect(one('rate-no').getAttribute('aria-pressed')).toBe('true');
    expect(one<HTMLButtonElement>('rate-submit').disabled).toBe(false);
    one('rate-submit').click();
    link.give({ type: 'error', error: { code: 'wrong_state', message: '' } });
    expect(one('rate-gone').textContent).toContain('评价');
    expect([...all('rate-submit'), ...(element.shadowRoot?.querySelectorAll('.card') ?? [])]).toEqual([]);
  });
});

describe('banner', () => {
  it('appears with a lost connection and goes with the next', async () => {
    const link = await open();
    expect(shown('banner')).toBe(false);
    link.events.down();
    expect(shown('banner')).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    expect(shown('banner')).toBe(false);
  });
});

describe('unread', () => {
  it('is counted on the launcher while closed, and read when opened', async () => {
    const link = await world.begin();
    give(link, fromVisitor(1, 'm1'), update(2), update(3));
    expect(one('unread').textContent).toBe('2');
    one('launcher').click();
    expect(link.of('read')).toEqual([{ type: 'read', seq: 3 }]);
    expect(one('unread').hasAttribute('hidden')).toBe(true);
  });
});

describe('window.bangban', () => {
  function api() {
    const emitter = new Emitter();
    tellPage(world.session, emitter);
    return { emitter, api: createApi({ session: world.session, emitter, rebuild: () => element.rebuild() }) };
  }

  it('opens, closes and toggles', () => {
    const { api: it } = api();
    it.open();
    expect(shown('panel')).toBe(true);
    it.toggle();
    expect(shown('panel')).toBe(false);
    it.toggle();
    it.close();
    expect(shown('panel')).toBe(false);
  });

  it('puts visitor, district and page into the start of the conversation', async () => {
    const { api: it } = api();
    it.setVisitor({ name: '王', company: '一家公司', more: 1 });
    it.setDistrict('qingpu');
    it.pageVisited('https://shop.example/open?x=1');
    await world.begin();
    expect(world.http.started[0]).toEqual({
      channel: 'widget', locale: 'zh', district: 'qingpu', page: 'https://shop.example/open', profile: { name: '王', company: '一家公司' },
    });
  });

  it('changes the language of what is already there', async () => {
    const { api: it } = api();
    const link = await open();
    give(link, fromVisitor(1, 'm1', '问'));
    it.setLocale('en');
    expect(one('human').textContent).toBe('Talk to a person');
    expect(one('message').textContent).toContain('问');
    expect(shown('panel')).toBe(true);
  });

  it('tells listeners until they leave, and one that fails disturbs no other', async () => {
    const { api: it } = api();
    const [heard, gone] = [vi.fn(), vi.fn()];
    it.on('conversationStarted', () => {
      throw new Error('of the page');
    });
    it.on('conversationStarted', heard);
    it.on('conversationStarted', gone);
    it.off('conversationStarted', gone);
    world.session.restore();
    world.session.send('问');
    await expect(settle()).rejects.toThrow('of the page');
    expect(heard).toHaveBeenCalledExactlyOnceWith({ conversation_id: 'c1' });
    expect(gone).not.toHaveBeenCalled();
  });

  it('tells the unread count, but not of what is seen at once', async () => {
    const { api: it } = api();
    const counts: unknown[] = [];
    it.on('unreadCount', ({ count }: { count: number }) => counts.push(count));
    const link = await open();
    give(link, fromVisitor(1, 'm1'), update(2));
    await settle();
    expect(counts).toEqual([]);
    it.close();
    give(link, update(3));
    await settle();
    it.open();
    await settle();
    expect(counts).toEqual([1, 0]);
  });

  it('tells ready also to who asks late', () => {
    const { api: it, emitter } = api();
    const heard = vi.fn();
    emitter.emit('ready', {});
    it.on('ready', heard);
    expect(heard).toHaveBeenCalledOnce();
  });

  it('replays calls from an array, a stub with q, and arguments objects, and nothing else', () => {
    function queued(): IArguments {
      // eslint-disable-next-line prefer-rest-params
      return arguments;
    }
    const call = (queued as (...args: unknown[]) => IArguments)('setDistrict', 'qingpu');
    expect(earlyCalls([['open'], ['constructor'], 'close'])).toEqual([['open']]);
    expect(earlyCalls({ q: [call] })).toEqual([['setDistrict', 'qingpu']]);
    expect(earlyCalls(undefined)).toEqual([]);
    const { api: it } = api();
    replay(it, earlyCalls([['open']]));
    it.push(['setDistrict', 'baoshan']);
    expect(shown('panel')).toBe(true);
    expect(world.session.settings.district).toBe('baoshan');
  });
});
