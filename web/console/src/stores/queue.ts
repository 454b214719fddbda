/** The help queue: who waits, and taking one of them. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { ApiError } from '../api/client';
import { api } from '../api/instance';
import type { HelpRequest } from '../api/types';
import { orderQueue } from '../lib/queue';

export type ClaimResult = { conversationId: string } | 'taken';

export const useQueue = defineStore('queue', () => {
  const requests = ref<HelpRequest[]>([]);
  /** How many wait in all; the list holds the first hundred. */
  const total = ref(0);
  const loaded = ref(false);
  const failed = ref(false);
  const claiming = ref<string | null>(null);
  let version = 0;

  function replace(next: readonly HelpRequest[], all = next.length): void {
    version += 1;
    const ordered = orderQueue(next);
    requests.value = ordered;
    total.value = Math.max(all, ordered.length);
    loaded.value = true;
    failed.value = false;
  }

  /** Reads the queue; a push that arrives meanwhile is newer and wins. */
  async function load(): Promise<void> {
    const before = version;
    try {
      const next = await api.helpRequests(['waiting', 'offered']);
      if (version === before) replace(next);
    } catch (error) {
      failed.value = true;
      throw error;
    }
  }

  function remove(id: string): void {
    version += 1;
    const left = requests.value.filter((request) => request.id !== id);
    total.value -= requests.value.length - left.length;
    requests.value = left;
  }

  async function claim(request: HelpRequest): Promise<ClaimResult | null> {
    if (claiming.value) return null;
    claiming.value = request.id;
    try {
      const claimed = await api.claim(request.id);
      remove(request.id);
      return { conversationId: claimed.conversation_id };
    } catch (error) {
      if (!isGone(error)) throw error;
      remove(request.id);
      void load().catch(() => undefined);
      return 'taken';
    } finally {
      claiming.value = null;
    }
  }

  function reset(): void {
    version += 1;
    requests.value = [];
    total.value = 0;
    loaded.value = failed.value = false;
  }

  return { requests, total, loaded, failed, claiming, replace, load, claim, reset };
});

/** Somebody else was faster, or the request is over. That one is full oneself is another matter. */
function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.code !== 'at_capacity' && (error.status === 409 || error.status === 404);
}
