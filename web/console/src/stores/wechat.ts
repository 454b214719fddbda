/** What became of messages sent by WeChat, by conversation: looked up again and again while one is open. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../api/instance';
import type { Delivery, WechatState } from '../api/types';

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

  return { states, look, delivery };
});
