import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK_MS, TYPING_EVERY_MS } from '../session';
import { FakeArea, World, fromVisitor, notice, refuse, settle, update } from './fakes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const statuses = (world: World): string[] => world.session.state.outbox.map(({ id, status }) => `${id} ${status}`);
const keys = (area: FakeArea): string[] => [...area.map.keys()].map((key) => key.replace('bangban:https://help.example:', ''));

describe('starting', () => {
  it('asks for no conversation until something is said', async () => {
    const world = new World();
    world.session.restore();
    await settle();
    expect(world.http.started).toEqual([]);
    expect(world.links).toEqual([]);
  });

  it('starts with the first message, then resumes before it sends', async () => {
    const world = new World();
    const link = await world.begin();
    expect(world.http.started).toEqual([{ channel: 'widget', locale: 'zh', district: 'jiading', page: 'https://shop.example/' }]);
    expect(link.sent).toEqual([{ type: 'resume', after: 0 }, { type: 'send', client_message_id: 'm1', text: '你好' }]);
    expect(world.session.state.conversationId).toBe('c1');
  });

  it('starts one conversation when several messages come before it is there', async () => {
    const world = new World();
    world.session.restore();
    world.session.send('一');
    world.session.send('二');
    await settle();
    world.link.events.up();
    expect(world.http.started).toHaveLength(1);
    expect(world.link.of('send').map(({ text }) => text)).toEqual(['一', '二']);
  });

  it('goes on trying when the server cannot be reached', async () => {
    const world = new World();
    world.http.startStatus = 0;
    world.session.restore();
    world.session.send('你好');
    await settle();
    expect(world.session.state.link).toBe('waiting');
    expect(statuses(world)).toEqual(['m1 sending']);
    world.http.startStatus = 201;
    await vi.advanceTimersByTimeAsync(1000);
    expect(world.http.started).toHaveLength(2);
    expect(world.session.state.conversationId).toBe('c2');
  });

  it('goes on trying when the server is only busy', async () => {
    const world = new World();
    world.http.startStatus = 429;
    world.session.restore();
    world.session.send('你好');
    await settle();
    expect(statuses(world)).toEqual(['m1 sending']);
    world.http.startStatus = 201;
    await vi.advanceTimersByTimeAsync(1000);
    expect(world.session.state.conversationId).toBe('c2');
  });

  it('marks the message failed when the server refuses, and retry starts again', async () => {
    const world = new World();
    world.http.startStatus = 403;
    world.session.restore();
    world.session.send('你好');
    await settle();
    expect(statuses(world)).toEqual(['m1 failed']);
    world.http.startStatus = 201;
    world.session.retry('m1');
    await settle();
    world.link.events.up();
    expect(world.link.of('send').map((frame) => frame.client_message_id)).toEqual(['m1']);
  });

  it('sends nothing that is empty or longer than 2,000 characters', () => {
    const world = new World();
    expect(world.session.send('  \n ')).toBe(false);
    expect(world.session.send('长'.repeat(2001))).toBe(false);
    expect(world.session.send(` ${'长'.repeat(2000)} `)).toBe(true);
  });
});

describe('a reload', () => {
  it('rebuilds the history from the first update', async () => {
    const first = new World();
    (await first.begin()).give({ type: 'ack', client_message_id: 'm1', seq: 1 }, { type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(2) });
    const second = new World(first.local);
    second.session.restore();
    second.link.events.up();
    expect(second.link.sent).toEqual([{ type: 'resume', after: 0 }]);
    second.link.give({ type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(2) });
    expect(second.session.state.updates).toEqual(first.session.state.updates);
    expect(second.http.started).toEqual([]);
  });

  it('sends what was not acknowledged under the same client_message_id', async () => {
    const first = new World();
    await first.begin('没等到回执');
    const second = new World(first.local, new FakeArea(), 'other');
    second.session.restore();
    second.link.events.up();
    expect(second.link.of('send')).toEqual([{ type: 'send', client_message_id: 'm1', text: '没等到回执' }]);
    second.link.give({ type: 'update', update: fromVisitor(1, 'm1') });
    expect(second.session.state.outbox).toEqual([]);
    expect(keys(first.local)).toEqual(['conversation']);
  });

  it('starts the conversation when only an unsent message was left', async () => {
    const first = new World();
    first.http.startStatus = 0;
    first.session.restore();
    first.session.send('你好');
    await settle();
    const second = new World(first.local);
    second.session.restore();
    await settle();
    expect(second.http.started).toHaveLength(1);
  });

  it('forgets a message once it is acknowledged', async () => {
    const world = new World();
    const link = await world.begin();
    expect(keys(world.local)).toContain('unsent:m1');
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    expect(keys(world.local)).toEqual(['conversation']);
  });
});

describe('a lost connection', () => {
  it('resumes after the last seq and repeats what has no ack', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 }, { type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(2) });
    world.session.send('断线前');
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    expect(world.link.sent).toEqual([{ type: 'resume', after: 2 }, { type: 'send', client_message_id: 'm2', text: '断线前' }]);
  });

  it('is suspected when an ack does not come', async () => {
    const world = new World();
    const link = await world.begin();
    await vi.advanceTimersByTimeAsync(ACK_MS);
    expect(link.closed).toBe(true);
    expect(world.links).toHaveLength(2);
    world.link.events.up();
    expect(world.link.of('send')).toEqual(link.of('send'));
  });

  it('does not double a message when both connections deliver it', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'update', update: fromVisitor(1, 'm1') });
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    world.link.give({ type: 'update', update: fromVisitor(1, 'm1') });
    expect(world.session.state.updates).toHaveLength(1);
  });
});

describe('a gap', () => {
  it('is filled by a resume after the last seq in order, asked for once', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(3) }, { type: 'update', update: update(4) });
    expect(link.of('resume')).toEqual([{ type: 'resume', after: 0 }, { type: 'resume', after: 1 }]);
    link.give({ type: 'update', update: update(2) });
    expect(world.session.state.updates.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});

describe('a refused token', () => {
  it('leads to a new conversation with the unsent message', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'error', error: { code: 'not_authenticated', message: '' } });
    await settle();
    world.link.events.up();
    expect(world.http.started).toHaveLength(2);
    expect(world.session.state.conversationId).toBe('c2');
    expect(world.link.of('send')).toEqual([{ type: 'send', client_message_id: 'm1', text: '你好' }]);
  });

  it('leaves nothing behind when nothing was unsent', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 }, { type: 'update', update: fromVisitor(1, 'm1') });
    link.give({ type: 'error', error: { code: 'not_authenticated', message: '' } });
    await settle();
    expect(world.http.started).toHaveLength(1);
    expect(world.session.state).toMatchObject({ conversationId: null, updates: [] });
    expect(keys(world.local)).toEqual([]);
  });
});

describe('two tabs', () => {
  it('share the conversation that one of them started', async () => {
    const one = new World();
    const two = new World(one.local, new FakeArea(), 'n');
    two.session.restore();
    await one.begin();
    two.session.storageChanged('bangban:https://help.example:conversation');
    two.link.events.up();
    expect(two.session.state.conversationId).toBe('c1');
    expect(two.link.sent[0]).toEqual({ type: 'resume', after: 0 });
  });

  it('end in one conversation when both start at once', async () => {
    const one = new World();
    const two = new World(one.local, new FakeArea(), 'n');
    two.http.prefix = 'd';
    one.session.restore();
    two.session.restore();
    one.session.send('甲');
    two.session.send('乙');
    await settle();
    expect(one.session.state.conversationId).toBe('c1');
    expect(two.session.state.conversationId).toBe('c1');
    two.link.events.up();
    expect(two.link.of('send').map(({ text }) => text)).toContain('乙');
  });

  it('send a choice of the left conversation as words, also after a reload', async () => {
    const one = new World();
    const two = new World(one.local, new FakeArea(), 'n');
    two.http.prefix = 'd';
    const link = await two.begin('乙');
    link.give({ type: 'ack', client_message_id: 'n1', seq: 1 });
    two.session.choose(4, { id: 'b1', label: '解决了' });
    one.local.setItem('bangban:https://help.example:conversation', '{"token":"t9","conversationId":"c9"}');
    two.session.storageChanged('bangban:https://help.example:conversation');
    two.link.events.up();
    expect(two.link.of('choose')).toEqual([]);
    expect(two.link.of('send')).toEqual([{ type: 'send', client_message_id: 'n2', text: '解决了' }]);
    const reloaded = new World(one.local);
    reloaded.session.restore();
    reloaded.link.events.up();
    expect(reloaded.link.of('choose')).toEqual([]);
  });

  it('do not take each other\'s unsent messages away', async () => {
    const one = new World();
    const two = new World(one.local, new FakeArea(), 'n');
    const link = await one.begin('甲');
    two.session.restore();
    two.session.send('乙');
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    expect(keys(one.local)).toContain('unsent:n1');
    expect(keys(one.local)).not.toContain('unsent:m1');
  });

  it('agree on what has been seen', async () => {
    const one = new World();
    const link = await one.begin();
    const two = new World(one.local);
    two.session.restore();
    link.give({ type: 'update', update: fromVisitor(1, 'm1') }, { type: 'update', update: update(2) });
    one.session.see();
    two.session.storageChanged('bangban:https://help.example:seen');
    expect(two.session.state.seenSeq).toBe(2);
    expect(link.of('read')).toEqual([{ type: 'read', seq: 2 }]);
  });
});

describe('a conversation begun in WeChat', () => {
  it('takes the place of the one of the page, from its beginning, and opens', async () => {
    const world = new World();
    const link = await world.begin('甲');
    link.give({ type: 'update', update: update(1) }, { type: 'update', update: update(2) });
    world.session.see();
    await world.session.follow(() => Promise.resolve({ token: 'w1', conversationId: 'wechat1' }));
    await world.session.acceptLink();
    world.link.events.up();
    expect(world.session.state.conversationId).toBe('wechat1');
    expect(world.session.state.panelOpen).toBe(true);
    expect(world.link.sent[0]).toEqual({ type: 'resume', after: 0 });
    expect(world.session.state.seenSeq).toBe(0);
  });
});

describe('choices, typing, rating', () => {
  it('sends the opaque id of a button, or the label where there is none', async () => {
    const world = new World();
    const link = await world.begin();
    world.session.choose(4, { id: 'b1', label: '解决了' });
    world.session.choose(4, { id: null, label: '都不是' });
    expect(link.of('choose')).toEqual([{ type: 'choose', client_message_id: 'm2', seq: 4, option: 'b1', label: '解决了' }]);
    expect(link.of('send')[1]).toMatchObject({ text: '都不是' });
  });

  it('tells the helper of typing now and then, and the bot never', async () => {
    const world = new World();
    const link = await world.begin();
    world.session.typing();
    expect(link.of('typing')).toEqual([]);
    link.give({ type: 'state', owner: 'helper', helper: { name: '陈', department: null }, wechat: 'none' });
    world.session.typing();
    world.session.typing();
    expect(link.of('typing')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(TYPING_EVERY_MS);
    world.session.typing();
    expect(link.of('typing')).toHaveLength(2);
  });

  it('repeats a rating that was on its way when the connection broke', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 }, { type: 'update', update: fromVisitor(1, 'm1') });
    link.give({ type: 'update', update: notice(2, 'closed', { ask_rating: true }) });
    world.session.rate({ resolved: true, stars: 5 });
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    expect(world.link.of('rate')).toEqual([{ type: 'rate', resolved: true, stars: 5 }]);
    world.link.give({ type: 'update', update: notice(3, 'rated', { resolved: true, stars: 5 }) });
    expect(world.session.state.rating).toBe('idle');
  });

  it('shows a rating as failed when the server refuses it', async () => {
    const world = new World();
    const link = await world.begin();
    world.session.rate({ resolved: false, stars: null });
    refuse(link, 'internal');
    expect(world.session.state.rating).toBe('failed');
  });

  it('gives a rating up for good when it can no longer be given, also while resuming', async () => {
    const world = new World();
    const link = await world.begin();
    link.give({ type: 'ack', client_message_id: 'm1', seq: 1 });
    world.session.rate({ resolved: true, stars: 5 });
    link.events.down();
    await vi.advanceTimersByTimeAsync(1000);
    world.link.events.up();
    refuse(world.link, 'wrong_state');
    expect(world.session.state.rating).toBe('gone');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.link.of('rate')).toHaveLength(1);
  });
});
