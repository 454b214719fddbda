/** Pictures chosen for a reply: shown small until they are sent, kept with their error when they are not. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { api } from '../api/instance';
import type { Visibility } from '../api/types';
import { KEEP_MS } from '../lib/drafts';
import { type PictureProblem, pictureProblem } from '../lib/files';
import { isStale, newMessageId } from '../lib/outbox';
import { exclusively } from '../services/locks';
import { isShelved, shelve, shelved, type ShelvedPicture, unshelve } from '../services/pictureShelf';
import { errorText } from '../services/report';
import { useDesk } from './desk';

export interface ChosenPicture {
  /** Also its `client_message_id`: sent again, it is the same picture. */
  id: string;
  conversationId: string;
  file: File;
  /** When it was chosen, epoch milliseconds. */
  at: number;
  /** An address of the page for showing it. */
  url: string;
  state: 'chosen' | 'sending' | 'failed';
  error: string;
  /** The browser keeps it, so that it outlives the page. */
  kept: boolean;
}

export const usePictures = defineStore('pictures', () => {
  const desk = useDesk();
  const items = ref<ChosenPicture[]>([]);
  let staffId = '';
  let lastAt = 0;

  /** Something would be lost with this page. */
  const atRisk = computed(() => items.value.some((item) => !item.kept));
  /** Those the talk shows already: an earlier page, or another tab, sent them. */
  const arrived = computed(() => items.value.filter((item) => item.state !== 'sending' && isInTalk(item)));
  watch(arrived, (gone) => {
    for (const { id } of gone) remove(id);
  });

  function isInTalk({ id, conversationId }: ChosenPicture): boolean {
    return desk.logs[conversationId]?.updates.some((update) => update.client_message_id === id) ?? false;
  }

  const of = (conversationId: string): ChosenPicture[] =>
    items.value.filter((item) => item.conversationId === conversationId);
  const find = (id: string): ChosenPicture | undefined => items.value.find((item) => item.id === id);

  /** Takes what can be sent; returns why the others cannot, each reason once. */
  function add(conversationId: string, files: readonly File[]): PictureProblem[] {
    const problems = new Set<PictureProblem>();
    for (const file of files) {
      const problem = pictureProblem(file);
      if (problem) problems.add(problem);
      else void keep(put(newMessageId(), conversationId, file, newer()), null);
    }
    return [...problems];
  }

  /** A time of its own for each, since it is what orders them later. */
  function newer(): number {
    lastAt = Math.max(Date.now(), lastAt + 1);
    return lastAt;
  }

  function put(id: string, conversationId: string, file: File, at: number): string {
    const url = URL.createObjectURL(file);
    items.value.push({ id, conversationId, file, at, url, state: 'chosen', error: '', kept: false });
    return id;
  }

  async function keep(id: string, sentAs: Visibility | null): Promise<void> {
    const item = find(id);
    if (!item) return;
    const { conversationId, file, at } = item;
    const bytes = await file.arrayBuffer();
    const kept = await shelve(id, { staffId, conversationId, name: file.name, type: file.type, bytes, at, sentAs });
    const still = find(id);
    if (still) still.kept = kept;
    else await unshelve(id);
  }

  function remove(id: string): void {
    const gone = find(id);
    if (gone) URL.revokeObjectURL(gone.url);
    items.value = items.value.filter((item) => item.id !== id);
    void unshelve(id);
  }

  /** Sends all of a conversation one after the other, so that they arrive in the order they were chosen. */
  function send(conversationId: string, visibility: Visibility): Promise<void> {
    const ready = of(conversationId).filter((item) => item.state !== 'sending');
    return sendEach(ready.map((item) => ({ item, visibility })));
  }

  async function sendEach(ready: readonly { item: ChosenPicture; visibility: Visibility }[]): Promise<void> {
    for (const { item } of ready) Object.assign(item, { state: 'sending', error: '' });
    for (const { item, visibility } of ready) void keep(item.id, visibility);
    for (const { item, visibility } of ready)
      await exclusively(`bangban.picture.${item.id}`, () => attempt(item, visibility));
  }

  async function attempt(item: ChosenPicture, visibility: Visibility): Promise<void> {
    // Kept before and gone now: another tab of the same person sent it or left it out.
    if (item.kept && (await isShelved(item.id)) === false) return remove(item.id);
    try {
      await api.sendPicture(item.conversationId, item.id, item.file, visibility);
      await desk.sync(item.conversationId).catch(() => undefined);
      remove(item.id);
    } catch (error) {
      Object.assign(item, { state: 'failed', error: errorText(error) });
      void keep(item.id, null);
    }
  }

  /** Takes up what an earlier page of the same person had not sent; of others nothing stays. */
  async function begin(id: string): Promise<void> {
    if (staffId === id) return;
    for (const item of items.value) URL.revokeObjectURL(item.url);
    items.value = [];
    staffId = id;
    const all = await shelved();
    if (staffId !== id) return;
    for (const [key, picture] of all) if (!takeUp(key, picture)) void unshelve(key);
    // Only what was under way goes on, each as it was meant; what was chosen waits for its sender.
    const underWay = all.flatMap(([key, { sentAs, at }]) => {
      const item = find(key);
      return item && sentAs && !isStale(at, Date.now()) ? [{ item, visibility: sentAs }] : [];
    });
    const talks = new Set(underWay.map(({ item }) => item.conversationId));
    for (const talk of talks) void sendEach(underWay.filter(({ item }) => item.conversationId === talk));
  }

  /** False for what is another person's, or has been lying for days: the machine may be shared. */
  function takeUp(id: string, picture: ShelvedPicture): boolean {
    if (picture.staffId !== staffId || Date.now() - picture.at > KEEP_MS) return false;
    if (find(id)) return true;
    put(id, picture.conversationId, new File([picture.bytes], picture.name, { type: picture.type }), picture.at);
    Object.assign(find(id) ?? {}, { kept: true });
    return true;
  }

  /** At log-out: what was not sent will not be. */
  function forget(): void {
    for (const { id } of [...items.value]) remove(id);
  }

  return { items, atRisk, of, add, remove, send, begin, forget };
});
