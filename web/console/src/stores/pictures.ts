/** Pictures chosen for a reply: shown small until they are sent, kept with their error when they are not. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../api/instance';
import type { Visibility } from '../api/types';
import { type PictureProblem, pictureProblem } from '../lib/files';
import { newMessageId } from '../lib/outbox';
import { errorText } from '../services/report';
import { useDesk } from './desk';

export interface ChosenPicture {
  /** Also its `client_message_id`: sent again, it is the same picture. */
  id: string;
  conversationId: string;
  file: File;
  /** An address of the page for showing it. */
  url: string;
  state: 'chosen' | 'sending' | 'failed';
  error: string;
}

export const usePictures = defineStore('pictures', () => {
  const desk = useDesk();
  const items = ref<ChosenPicture[]>([]);

  const of = (conversationId: string): ChosenPicture[] =>
    items.value.filter((item) => item.conversationId === conversationId);

  /** Takes what can be sent; returns why the others cannot, each reason once. */
  function add(conversationId: string, files: readonly File[]): PictureProblem[] {
    const problems = new Set<PictureProblem>();
    for (const file of files) {
      const problem = pictureProblem(file);
      if (problem) problems.add(problem);
      else items.value.push(chosen(conversationId, file));
    }
    return [...problems];
  }

  function chosen(conversationId: string, file: File): ChosenPicture {
    return { id: newMessageId(), conversationId, file, url: URL.createObjectURL(file), state: 'chosen', error: '' };
  }

  function remove(id: string): void {
    const gone = items.value.find((item) => item.id === id);
    if (gone) URL.revokeObjectURL(gone.url);
    items.value = items.value.filter((item) => item.id !== id);
  }

  /** Sends all of a conversation one after the other, so that they arrive in the order they were chosen. */
  async function send(conversationId: string, visibility: Visibility): Promise<void> {
    const ready = of(conversationId).filter((item) => item.state !== 'sending');
    for (const item of ready) Object.assign(item, { state: 'sending', error: '' });
    for (const item of ready) await attempt(item, visibility);
  }

  async function attempt(item: ChosenPicture, visibility: Visibility): Promise<void> {
    try {
      await api.sendPicture(item.conversationId, item.id, item.file, visibility);
      await desk.sync(item.conversationId).catch(() => undefined);
      remove(item.id);
    } catch (error) {
      Object.assign(item, { state: 'failed', error: errorText(error) });
    }
  }

  /** Somebody else is at the desk: nothing of the person before stays. */
  function begin(): void {
    for (const { id } of items.value) remove(id);
  }

  return { items, of, add, remove, send, begin };
});
