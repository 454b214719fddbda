/** What became of messages sent by WeChat, by conversation: looked up again and again while one is open. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../api/instance';
import type { Conversation, Delivery, WechatState } from '../api/types';

/** Whether what is written in a conversation goes out by WeChat, there alone or there too. */
export function goesByWechat(it: Conversation): boolean {
  return it.channel === 'wechat' || Boolean(it.wechat);
}

export const useWechat = defineStore('wechat', () => {
  const states = ref<Record<string, WechatState>>({});

  async function look(id: string): Promise<void> {
    // What was last known stays shown; the next look comes soon.
    const state = await api.wechat(id).catch(() => null);
    if (state) states.value[id] = state;
  }

  function delivery(id: string, seq: number): Delivery | null {
    return states.value[id]?.deliveries.find((each) => each.seq === seq)?.delivery ?? null;
  }

  /** Whether the last look was after the update `seq`: then one without a delivery does not go by WeChat. */
  function knows(id: string, seq: number): boolean {
    return states.value[id]?.deliveries.some((each) => each.seq >= seq) ?? false;
  }

  return { states, look, delivery, knows };
});
