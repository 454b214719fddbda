import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BangbanWidget } from '../element';
import { textsOf } from '../locales';
import { type WechatCode, readFrame, toWechatCode } from '../protocol';
import { toLocale } from '../settings';
import { remaining } from '../view/wechat';
import { type FakeLink, type World, notice, settle } from './fakes';
import { mount, unmount, within } from './mounted';

customElements.define('bangban-wechat', BangbanWidget);

let world: World;
let element: BangbanWidget;

beforeEach(() => {
  ({ world, element } = mount());
});
afterEach(() => unmount(element));

const CODE: WechatCode = { qr: { size: 37, path: 'M4 4h7v1h-7z' }, code: 'ABCD-EFGH', account: '帮办', expiresIn: 600 };
const { all, one } = within(() => element);
const find = (testid: string): HTMLElement | null => all(testid)[0] ?? null;
const focused = (): Element | null => element.shadowRoot?.activeElement ?? null;

async function begin(wechat: 'none' | 'offered' | 'linked' = 'offered'): Promise<FakeLink> {
  world.session.setOpen(true);
  const link = await world.begin('问');
  link.state('bot', wechat);
  return link;
}

async function open(...codes: (WechatCode | null)[]): Promise<void> {
  world.http.codes = codes;
  one('wechat-open').focus();
  one('wechat-open').click();
  await settle();
}

describe('going on in WeChat', () => {
  it('is offered only where the server says that there is an account', async () => {
    const link = await begin('none');
    expect(one('wechat-open').hidden).toBe(true);
    link.state('bot', 'offered');
    expect(one('wechat-open').hidden).toBe(false);
  });

  it('shows a code to scan and one to send, with the account and the time that is left', async () => {
    await begin();
    await open(CODE);
    const card = one('wechat');
    expect(card.hidden).toBe(false);
    expect(card.querySelector('svg.qr path')?.getAttribute('d')).toBe(CODE.qr.path);
    expect(card.querySelector('svg.qr')?.getAttribute('viewBox')).toBe('0 0 37 37');
    expect([one('wechat-code').textContent, card.textContent]).toEqual(['ABCD-EFGH', expect.stringContaining('公众号“帮办”')]);
    expect(one('wechat-left').textContent).toContain('10:00');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(one('wechat-left').textContent).toContain('8:59');
  });

  it('gives another code when the first is too old', async () => {
    await begin();
    await open(CODE, { ...CODE, code: 'JKMN-PQRS' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(find('wechat-code')).toBeNull();
    one('wechat-again').click();
    await settle();
    expect(one('wechat-code').textContent).toBe('JKMN-PQRS');
  });

  it('says so when there is no code, and tries again on request', async () => {
    await begin();
    await open(null, CODE);
    expect(one('wechat').textContent).toContain('现在取不到');
    one('wechat-again').click();
    await settle();
    expect(find('wechat-code')).not.toBeNull();
  });

  it('takes the focus, keeps it, and gives it back on Esc, which leaves the panel open', async () => {
    await begin();
    await open(CODE);
    expect(focused()).toBe(one('wechat-close'));
    expect(one('input').closest('[inert]')).not.toBeNull();
    one('wechat-close').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect([one('wechat').hidden, world.session.state.panelOpen]).toEqual([true, true]);
    expect(one('input').closest('[inert]')).toBeNull();
    expect(focused()).toBe(one('wechat-open'));
  });

  it('tells that it is done as soon as the visitor has scanned, and offers nothing any more', async () => {
    const link = await begin();
    await open(CODE);
    link.give({ type: 'update', update: notice(1, 'wechat_linked') });
    expect(one('wechat-done').textContent).toContain('已接上微信');
    one('wechat-close').click();
    expect(one<HTMLButtonElement>('wechat-open').disabled).toBe(true);
    expect(one('wechat-open').textContent).toContain('两边都能看到');
    expect(focused()).toBe(one('input'));
  });

  it('is not asked for a code that comes after the card was closed', async () => {
    await begin();
    world.http.codes = [CODE];
    one('wechat-open').click();
    one('wechat-close').click();
    await settle();
    one('wechat-open').click();
    expect(find('wechat-code')).toBeNull();
  });
});

describe('what the server says of WeChat', () => {
  it.each([
    [null, 'none'],
    [undefined, 'none'],
    [{ linked: false }, 'offered'],
    [{ linked: true }, 'linked'],
  ])('%j: %s', (wechat, meant) => {
    const frame = readFrame(JSON.stringify({ type: 'state', owner: 'bot', helper: null, wechat }));
    expect(frame).toMatchObject({ wechat: meant });
  });

  it('is drawn only when it is nothing but squares', () => {
    const raw = { qr: CODE.qr, code: 'ABCD-EFGH', account: null, expires_in: 600 };
    expect(toWechatCode(raw)).toEqual({ ...CODE, account: null });
    expect(toWechatCode({ ...raw, qr: { size: 37, path: 'url(#x)' } })).toBeNull();
    expect(toWechatCode({ ...raw, expires_in: '600' })).toBeNull();
    expect(toWechatCode({ ...raw, code: 7 })).toBeNull();
  });

  it('is counted in minutes and seconds', () => {
    expect([600, 61, 5].map(remaining)).toEqual(['10:00', '1:01', '0:05']);
  });
});

describe('the language', () => {
  it.each([
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-Hant', 'zh-Hant'],
    ['zh_TW', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['en-US', 'en'],
    ['fr', 'zh'],
  ])('%s is shown as %s', (asked, shown) => {
    expect(toLocale(asked)).toBe(shown);
  });

  it('in traditional characters has no simplified one, but for what the assistant is sent', () => {
    const { humanMessage, ...shown } = textsOf('zh-Hant');
    const texts = Object.values(shown).flatMap((text) => (typeof text === 'object' ? Object.values(text) : [text])).map(String);
    const simplified = /[们这个时会对说发办业帮员请为后开关级证过还选问题务应复满转输让见计设报间单连环结当处护码话讯页录载预额]/u;
    expect(simplified.test(humanMessage)).toBe(true);
    expect(texts.filter((text) => simplified.test(text))).toEqual([]);
  });

  it('has the offer in each of them, and the assistant is asked in its own', () => {
    const each = (['zh', 'zh-Hant', 'en'] as const).map(textsOf);
    expect(each.map(({ wechatOpen }) => wechatOpen)).toEqual(['到微信里继续', '到微信裡繼續', 'Go on in WeChat']);
    expect(new Set(each.map(({ humanMessage }) => humanMessage))).toEqual(new Set(['转人工']));
    expect(each.map((texts) => texts.wechatSend(null))[2]).toContain('official account');
  });
});
