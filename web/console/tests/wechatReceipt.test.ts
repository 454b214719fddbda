import { beforeEach, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { api } from '../src/api/instance';
import type { Conversation, Delivery } from '../src/api/types';
import MessageList from '../src/components/MessageList.vue';
import { zh } from '../src/locales/zh';
import { type Log, useDesk } from '../src/stores/desk';
import { useTime } from '../src/stores/time';
import { useWechat } from '../src/stores/wechat';
import { at, conversation, T0, update } from './make';
import { usePage } from './mounted';

const show = usePage();
const { pending, undelivered } = zh.wechat.delivery;
const { delivered } = zh.conversation;
const wechat = { remaining: 2, limit: 5, window_ends_at: at(172_800), event: null };
const inWechat = (part: Partial<Conversation> = {}) => conversation({ channel: 'wechat', wechat, ...part });

/** The receipt of the helper's only message, as the list has it with this delivery loaded. */
function receiptIn(it: Conversation, delivery: Delivery | null): () => string {
  const updates = [update(1, 'visitor', '在吗'), update(2, 'helper', '在的', { delivery })];
  const log: Log = { updates, request: null, brief: null, ready: true, error: null, typingUntil: 0 };
  const root = show(MessageList, { conversation: it, log });
  const found = () => [pending, undelivered, delivered].filter((label) => root.textContent?.includes(label));
  return () => found().join();
}

function deliveries(...found: [seq: number, delivery: Delivery][]): void {
  vi.spyOn(api, 'wechat').mockResolvedValue({ wechat, deliveries: found.map(([seq, delivery]) => ({ seq, delivery })) });
}

beforeEach(() => {
  useTime().now = T0;
  useDesk().activeId = 'c1';
});

it('a message counts as being sent while nothing is known of its delivery', async () => {
  const receipt = receiptIn(inWechat(), null);
  expect(receipt()).toBe(pending);
  deliveries([1, 'sent']);
  await useWechat().look('c1');
  await nextTick();
  expect(receipt()).toBe(pending);
  deliveries([2, 'sent']);
  await useWechat().look('c1');
  await nextTick();
  expect(receipt()).toBe(delivered);
});

it('a message keeps the delivery it was loaded with when the look fails', async () => {
  vi.spyOn(api, 'wechat').mockRejectedValue(new Error('away'));
  const receipt = receiptIn(inWechat(), 'undelivered');
  await useWechat().look('c1');
  await nextTick();
  expect(receipt()).toBe(undelivered);
});

it('an undelivered message is shown as such, whatever was known when it was loaded', async () => {
  deliveries([2, 'undelivered']);
  const receipt = receiptIn(inWechat(), 'pending');
  expect(receipt()).toBe(pending);
  await useWechat().look('c1');
  await nextTick();
  expect(receipt()).toBe(undelivered);
});

it('what was written before the conversation went on in WeChat stays delivered', async () => {
  deliveries([3, 'sent']);
  const receipt = receiptIn(conversation({ wechat }), null);
  await useWechat().look('c1');
  await nextTick();
  expect(receipt()).toBe(delivered);
});

it('on the web alone a message is delivered once it is saved', () => {
  expect(receiptIn(conversation(), null)()).toBe(delivered);
});
