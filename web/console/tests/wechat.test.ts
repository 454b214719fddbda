import { expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { api } from '../src/api/instance';
import type { WechatQuota, WechatState } from '../src/api/types';
import AttachmentLink from '../src/components/AttachmentLink.vue';
import WechatStrip from '../src/components/WechatStrip.vue';
import { useDesk } from '../src/stores/desk';
import { useWechat } from '../src/stores/wechat';
import { at, conversation, update } from './make';
import { usePage } from './mounted';

const show = usePage();
const quota = { remaining: 2, limit: 5, window_ends_at: at(172_800), event: null };
const state = (part: Partial<WechatState> = {}): WechatState => ({ wechat: quota, deliveries: [], ...part });

it('the strip says how many messages are left and when the window ends', async () => {
  vi.spyOn(api, 'wechat').mockResolvedValue(state());
  const root = show(WechatStrip, { conversation: conversation({ channel: 'wechat', wechat: quota }) });
  await nextTick();
  expect(root.textContent).toContain('剩余 2/5');
  expect(root.textContent).toMatch(/窗口至 \d+-\d+ \d\d:\d\d/);
  expect(root.querySelector('.low')).toBeNull();
});

it('the strip counts what was not delivered, and warns at the last send', async () => {
  const one = { ...quota, remaining: 1 };
  const deliveries = [{ seq: 3, delivery: 'undelivered' as const }, { seq: 4, delivery: 'sent' as const }];
  vi.spyOn(api, 'wechat').mockResolvedValue(state({ wechat: one, deliveries }));
  const root = show(WechatStrip, { conversation: conversation({ channel: 'wechat', wechat: quota }) });
  await vi.waitFor(() => expect(root.textContent).toContain('未送达 1 条'));
  expect(root.querySelector('.low')).not.toBeNull();
  const wechat = useWechat();
  expect([3, 4, 5].map((seq) => wechat.delivery('c1', seq))).toEqual(['undelivered', 'sent', null]);
});

it('the strip says that the window is closed', () => {
  vi.spyOn(api, 'wechat').mockResolvedValue(state());
  const closed = { remaining: 0, limit: 5, window_ends_at: null, event: null };
  const root = show(WechatStrip, { conversation: conversation({ channel: 'wechat', wechat: closed }) });
  expect(root.textContent).toContain('窗口已关闭');
});

it.each([['image', '查看图片'], ['voice', '下载语音'], ['location', '']])('%s is offered as it can be', (kind, label) => {
  useDesk().activeId = 'c1';
  const root = show(AttachmentLink, { update: update(7, 'visitor', '[图片]', { payload: { attachment: { kind } } }) });
  const shown = root.querySelector('a');
  expect(shown?.title ?? '').toBe(label);
  expect(shown?.querySelector('img') !== null && shown !== null).toBe(kind === 'image');
  const href = root.querySelector('a')?.getAttribute('href') ?? null;
  expect(href).toBe(label ? '/api/staff/conversations/c1/attachment?seq=7' : null);
});

const event = { remaining: 3, limit: 3, window_ends_at: at(60) };
const open: WechatQuota = { remaining: 1, limit: 5, window_ends_at: at(172_800), event };

function strip(wechat: WechatQuota): HTMLElement {
  vi.spyOn(api, 'wechat').mockResolvedValue(state({ wechat }));
  return show(WechatStrip, { conversation: conversation({ channel: 'wechat', wechat }) });
}

it('the strip shows what a tap allows apart from what the message does', () => {
  const root = strip(open);
  expect(root.textContent).toContain('剩余 1/5');
  expect(root.textContent).toMatch(/窗口至 \d+-\d+ \d\d:\d\d/);
  expect(root.querySelector('[data-testid=wechat-event]')?.textContent).toContain('一分钟内另可发 3/3');
  expect(root.querySelector('.low')).toBeNull();
});

it('the strip does not call the window closed while a tap allows some', () => {
  const root = strip({ remaining: 0, limit: 5, window_ends_at: null, event });
  expect(root.textContent).toContain('剩余 0/5');
  expect(root.textContent).toContain('另可发 3/3');
  expect(root.textContent).not.toContain('窗口已关闭');
});

it('the strip says nothing of the minute when it is over', () => {
  const root = strip({ ...open, event: null });
  expect(root.querySelector('[data-testid=wechat-event]')).toBeNull();
  expect(root.querySelector('.low')).not.toBeNull();
});
