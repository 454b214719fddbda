/** Sending: shown at once, in order, under one id until the server has it; survives a reload. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { ApiError } from '../api/client';
import { api } from '../api/instance';
import type { Visibility } from '../api/types';
import { backoff } from '../lib/backoff';
import { readJson, writeJson } from '../lib/drafts';
import { isPendingList, newMessageId, newPending, type Pending, unconfirmed, worthRetrying } from '../lib/outbox';
import { errorText } from '../services/report';
import { useDesk } from './desk';

/** Together about half a minute; after that the helper decides. */
const MAX_ATTEMPTS = 6;

export const useOutbox = defineStore('outbox', () => {
  const desk = useDesk();
  const items = ref<Pending[]>([]);
  const pumping = new Set<string>();
  const naps = new Set<() => void>();
  let key = '';

  /** Takes up what the page had not got rid of before a reload or a new login. */
  function begin(staffId: string): void {
    const next = `bangban.outbox.${staffId}`;
    if (key !== next) items.value = readJson(sessionStorage, next, isPendingList) ?? [];
    key = next;
    resume();
  }

  /** The network is back: everything that only failed for its sake goes again. */
  function resume(): void {
    for (const item of items.value) {
      if (item.state !== 'accepted' && !(item.state === 'failed' && item.refused)) restart(item);
    }
    wakeAll();
    pumpAll();
  }

  function restart(item: Pending): void {
    Object.assign(item, { state: 'retrying', attempts: 0, error: null, refused: false, fresh: false });
  }

  function pumpAll(): void {
    for (const id of new Set(items.value.map((item) => item.conversation_id))) void pump(id);
  }

  function send(conversationId: string, text: string, visibility: Visibility): void {
    const message = { client_message_id: newMessageId(), text, visibility };
    items.value.push(newPending(conversationId, message, Date.now()));
    save();
    void pump(conversationId);
  }

  function retry(item: Pending): void {
    restart(item);
    void pump(item.conversation_id);
  }

  function discard(item: Pending): void {
    items.value = items.value.filter((other) => other.client_message_id !== item.client_message_id);
    save();
  }

  function waitingIn(conversationId: string): Pending[] {
    const own = items.value.filter((item) => item.conversation_id === conversationId);
    return unconfirmed(own, desk.logs[conversationId]?.updates ?? []);
  }

  /** One message of a conversation at a time, so that they arrive in the order they were written. */
  async function pump(conversationId: string): Promise<void> {
    if (pumping.has(conversationId)) return;
    pumping.add(conversationId);
    try {
      for (let item = nextOf(conversationId); item; item = nextOf(conversationId)) {
        if (!(await attempt(item))) break;
      }
    } finally {
      pumping.delete(conversationId);
    }
  }

  function nextOf(conversationId: string): Pending | undefined {
    return items.value.find(
      (item) => item.conversation_id === conversationId && (item.state === 'sending' || item.state === 'retrying'),
    );
  }

  /** Sends one; false when it makes no sense to go on (nobody is logged in). */
  async function attempt(item: Pending): Promise<boolean> {
    const { client_message_id, text, visibility, conversation_id } = item;
    const start = Date.now();
    try {
      item.seq = await api.send(conversation_id, { client_message_id, text, visibility });
      const end = Date.now();
      item.state = 'accepted';
      await settle(item);
      if (item.fresh) learnTime(item, start, end);
      return true;
    } catch (error) {
      return failed(item, error);
    }
  }

  /** The server has it: the list of updates takes over from here. */
  async function settle(item: Pending): Promise<void> {
    save();
    await desk.sync(item.conversation_id).catch(() => undefined);
    items.value = items.value.filter((other) => other.state !== 'accepted' || unconfirmedYet(other));
    save();
  }

  /** Saved for certain between the two moments, the message tells what the server's clock says. */
  function learnTime(item: Pending, start: number, end: number): void {
    const saved = desk.logs[item.conversation_id]?.updates.find((update) => update.seq === item.seq);
    api.clock.sampleStamp(saved?.at ?? null, start, end);
  }

  function unconfirmedYet(item: Pending): boolean {
    return unconfirmed([item], desk.logs[item.conversation_id]?.updates ?? []).length > 0;
  }

  async function failed(item: Pending, error: unknown): Promise<boolean> {
    const status = error instanceof ApiError ? error.status : null;
    item.state = 'retrying';
    item.fresh = false;
    if (status === 401) return false;
    item.attempts += 1;
    item.refused = !worthRetrying(status);
    const over = item.refused || item.attempts >= MAX_ATTEMPTS;
    if (over) Object.assign(item, { state: 'failed', error: errorText(error) });
    else await nap(backoff(item.attempts));
    save();
    return true;
  }

  function nap(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        naps.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      naps.add(wake);
    });
  }

  function wakeAll(): void {
    for (const wake of naps) wake();
  }

  function save(): void {
    const left = items.value.filter((item) => item.state !== 'accepted');
    writeJson(sessionStorage, key, left.length > 0 ? left : null);
  }

  return { items, begin, resume, send, retry, discard, waitingIn };
});
