import { createPinia, type Pinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type App, createApp } from 'vue';
import { api } from '../src/api/instance';
import type { WechatQuota } from '../src/api/types';
import WechatStrip from '../src/components/WechatStrip.vue';
import { at, conversation } from './make';

let pinia: Pinia;
let app: App | undefined;

const event = { remaining: 3, limit: 3, window_ends_at: at(60) };
const open: WechatQuota = { remaining: 1, limit: 5, window_ends_at: at(172_800), event };

function strip(wechat: WechatQuota): HTMLElement {
  vi.spyOn(api, 'wechat').mockResolvedValue({ wechat, deliveries: [] });
  app = createApp(WechatStrip, { conversation: conversation({ channel: 'wechat', wechat }) }).use(pinia);
  const root = document.body.appendChild(document.createElement('div'));
  app.mount(root);
  return root;
}

beforeEach(() => {
  pinia = createPinia();
  setActivePinia(pinia);
});
afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
});

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
