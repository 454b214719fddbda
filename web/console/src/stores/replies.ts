/** Canned replies: read once at the start, kept in step with what is changed here. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { repliesApi } from '../api/instance';
import type { CannedReply, CannedReplyDraft } from '../api/replies';

export const useReplies = defineStore('replies', () => {
  const list = ref<CannedReply[]>([]);
  const loaded = ref(false);

  async function load(): Promise<void> {
    list.value = await repliesApi.list();
    loaded.value = true;
  }

  async function save(id: string | null, draft: CannedReplyDraft): Promise<CannedReply> {
    const saved = await repliesApi.save(id, draft);
    list.value = [...list.value.filter((reply) => reply.id !== saved.id), saved];
    return saved;
  }

  async function remove(id: string): Promise<void> {
    await repliesApi.remove(id);
    list.value = list.value.filter((reply) => reply.id !== id);
  }

  /** Counted for the order of the list; that it was not counted is nobody's trouble. */
  function used(id: string): void {
    const reply = list.value.find((other) => other.id === id);
    if (reply) reply.uses += 1;
    repliesApi.used(id).catch(() => undefined);
  }

  return { list, loaded, load, save, remove, used };
});
