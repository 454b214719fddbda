/** Sending: shown at once, in order, under one id until the server has it; outlives a reload and a closed page. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { ApiError } from '../api/client';
import { api } from '../api/instance';
import type { Visibility } from '../api/types';
import { backoff } from '../lib/backoff';
import { KeptReplies } from '../lib/keptReplies';
import { isStale, newMessageId, newPending, type Pending, unconfirmed, worthRetrying } from '../lib/outbox';
import { words } from '../locales';
import { exclusively } from '../services/locks';
import { errorText } from '../services/report';
import { useDesk } from './desk';

/** Together about half a minute; after that the helper decides. */
const MAX_ATTEMPTS = 6;

export const useOutbox = defineStore('outbox', () => {
  const desk = useDesk();
  const items = ref<Pending[]>([]);
  const pumping = new Set<string>();
  const naps = new Set<() => void>();
  let staffId = '';
  let kept: KeptReplies | null = null;
  /** What this tab is sending right now: how far it is, it knows best. */
  const current = new Set<string>();

  const unsent = computed(() => items.value.filter((item) => item.state !== 'accepted'));
  /** Something would be lost with this page. */
  const atRisk = computed(() => unsent.value.some((item) => !item.kept));
  /** Those the talk shows already: an earlier page sent them and did not live to hear so. */
  const arrived = computed(() => unsent.value.filter((item) => !current.has(item.client_message_id) && isInTalk(item)));
  watch(arrived, (gone) => {
    for (const item of gone) discard(item);
  });

  /** Takes up what an earlier page of the same person had not got rid of; of others nothing stays. */
  function begin(id: string): void {
    kept = new KeptReplies(localStorage, id);
    kept.sweep(Date.now());
    if (staffId !== id) items.value = kept.all();
    staffId = id;
    resume();
  }

  /** The network is back: what only failed for its sake goes again, unless it has been lying for long. */
  function resume(): void {
    for (const item of items.value) {
      if (item.state === 'accepted' || (item.state === 'failed' && item.refused)) continue;
      if (isStale(item.written_at, Date.now())) putAside(item);
      else restart(item);
    }
    wakeAll();
    pumpAll();
  }

  /** Written down too: no other tab shall send what waits for its writer here. */
  function putAside(item: Pending): void {
    Object.assign(item, { state: 'failed', refused: true, error: words.conversation.stale });
    keep(item.client_message_id);
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
    keep(message.client_message_id);
    void pump(conversationId);
  }

  function retry(item: Pending): void {
    restart(item);
    keep(item.client_message_id);
    void pump(item.conversation_id);
  }

  function discard({ client_message_id: id }: Pick<Pending, 'client_message_id'>): void {
    kept?.drop(id);
    remove(id);
  }

  /** At log-out: what was not sent will not be. */
  function forget(): void {
    for (const item of [...items.value]) discard(item);
  }

  function find(id: string): Pending | undefined {
    return items.value.find((item) => item.client_message_id === id);
  }

  function isInTalk({ client_message_id: id, conversation_id }: Pending): boolean {
    return desk.logs[conversation_id]?.updates.some((update) => update.client_message_id === id) ?? false;
  }

  function remove(id: string): void {
    items.value = items.value.filter((other) => other.client_message_id !== id);
  }

  /** Writes down how far it is. What was discarded meanwhile, or is another person's, is left alone. */
  function keep(id: string): void {
    const item = find(id);
    if (item && kept) item.kept = kept.keep({ ...item, kept: true });
  }

  /** Another tab of the same person wrote, sent or discarded something. */
  function changedElsewhere(event: StorageEvent): void {
    const id = event.storageArea === localStorage ? kept?.idOf(event.key) : null;
    if (!id) return;
    const [own, theirs] = [find(id), kept?.find(id)];
    if (own && !theirs) return goneElsewhere(own);
    if (current.has(id)) return;
    if (own && theirs) Object.assign(own, theirs);
    else if (theirs) items.value.push({ ...theirs, fresh: false });
    if (theirs) void pump(theirs.conversation_id);
  }

  function goneElsewhere(item: Pending): void {
    remove(item.client_message_id);
    if (desk.logs[item.conversation_id]) void desk.sync(item.conversation_id).catch(() => undefined);
  }

  function waitingIn(conversationId: string): Pending[] {
    const own = items.value.filter((item) => item.conversation_id === conversationId);
    return unconfirmed(own, desk.logs[conversationId]?.updates ?? []);
  }

  /** One message of a conversation at a time, in one tab, so that they arrive in the order they were written. */
  async function pump(conversationId: string): Promise<void> {
    if (pumping.has(conversationId)) return;
    pumping.add(conversationId);
    try {
      const lock = `bangban.outbox.${staffId}.${conversationId}`;
      let goOn = true;
      // Again, for what was written while the lock was being given back.
      while (goOn && nextOf(conversationId)) goOn = await exclusively(lock, () => drain(conversationId));
    } finally {
      pumping.delete(conversationId);
    }
  }

  /** Sends all there is; false when it makes no sense to go on. */
  async function drain(conversationId: string): Promise<boolean> {
    for (let item = nextOf(conversationId); item; item = nextOf(conversationId)) {
      if (!isStillDue(item)) continue;
      const { client_message_id: id } = item;
      current.add(id);
      const goOn = await attempt(item).finally(() => current.delete(id));
      if (!goOn) return false;
    }
    return true;
  }

  /** Whether no other tab sent or discarded it, or had it refused, while this one waited for its turn. */
  function isStillDue(item: Pending): boolean {
    if (!item.kept) return true;
    const theirs = kept?.find(item.client_message_id);
    if (!theirs) goneElsewhere(item);
    else if (theirs.refused) Object.assign(item, theirs);
    return theirs?.refused === false;
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
    kept?.drop(item.client_message_id);
    await desk.sync(item.conversation_id).catch(() => undefined);
    items.value = items.value.filter((other) => other.state !== 'accepted' || unconfirmedYet(other));
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
    keep(item.client_message_id);
    if (!over) await nap(backoff(item.attempts));
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

  return { items, unsent, atRisk, begin, resume, send, retry, discard, forget, changedElsewhere, waitingIn };
});
