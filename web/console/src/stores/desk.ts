/** Conversations: mine, recently closed ones, and every one opened, each with its updates. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../api/instance';
import type { MyPart } from '../api/pushes';
import type { Brief, Conversation, HelpRequest, Outcome, Update } from '../api/types';
import { awaitsFirstResponse } from '../lib/clock';
import { orderMine } from '../lib/mine';
import { readSeen, type SeenMap, writeSeen } from '../lib/seen';
import { contiguousSeq, mergeUpdates, seenByAnswer, unreadCount } from '../lib/updates';

export interface Log {
  updates: Update[];
  request: HelpRequest | null;
  brief: Brief | null;
  /** Whether the updates are complete up to the last `seq` known. */
  ready: boolean;
  error: unknown;
  /** Server time until which the visitor counts as typing. */
  typingUntil: number;
}

/** How long after the last sign of it somebody counts as typing, milliseconds. */
const TYPING_MS = 5000;

function emptyLog(): Log {
  return { updates: [], request: null, brief: null, ready: false, error: null, typingUntil: 0 };
}

export const useDesk = defineStore('desk', () => {
  const conversations = ref<Record<string, Conversation>>({});
  const logs = ref<Record<string, Log>>({});
  const mineIds = ref<string[]>([]);
  /** Those of others in which I take part. */
  const joinedIds = ref<string[]>([]);
  const mineLoaded = ref(false);
  const mineFailed = ref(false);
  const recent = ref<Conversation[] | null>(null);
  const activeId = ref<string | null>(null);
  const seen = ref<SeenMap>({});
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let staffId = '';

  const heldIds = computed(() => [...new Set([...mineIds.value, ...joinedIds.value])]);
  const mine = computed(() =>
    orderMine(
      heldIds.value.flatMap((id) => {
        const conversation = conversations.value[id];
        const log = logs.value[id];
        const urgent = mineIds.value.includes(id) && awaitsFirstResponse(log?.request ?? null, log?.updates ?? []);
        return conversation ? [{ conversation, deadline: urgent ? (log?.request?.deadline_at ?? null) : null }] : [];
      }),
    ),
  );
  const active = computed(() => (activeId.value ? (conversations.value[activeId.value] ?? null) : null));
  const activeLog = computed(() => (activeId.value ? (logs.value[activeId.value] ?? null) : null));
  const unreadTotal = computed(() => heldIds.value.reduce((sum, id) => sum + unreadOf(id), 0));

  function begin(id: string): void {
    if (staffId !== id) reset();
    staffId = id;
    seen.value = readSeen(localStorage, id);
  }

  function reset(): void {
    conversations.value = {};
    logs.value = {};
    mineIds.value = [];
    joinedIds.value = [];
    mineLoaded.value = mineFailed.value = false;
    recent.value = null;
  }

  function logOf(id: string): Log {
    return (logs.value[id] ??= emptyLog());
  }

  function seenOf(id: string): number {
    return Math.max(seen.value[id] ?? 0, seenByAnswer(logs.value[id]?.updates ?? []));
  }

  function unreadOf(id: string): number {
    return unreadCount(logs.value[id]?.updates ?? [], seenOf(id));
  }

  /** The helper has looked at everything there is in this conversation. */
  function markSeen(id: string): void {
    const last = logs.value[id]?.updates.at(-1)?.seq ?? 0;
    if (last <= (seen.value[id] ?? 0)) return;
    seen.value = { ...seen.value, [id]: last };
    writeSeen(localStorage, staffId, seen.value, [...heldIds.value, id]);
  }

  async function loadMine(): Promise<void> {
    try {
      const list = await api.conversations(true);
      for (const conversation of list) conversations.value[conversation.id] = conversation;
      const own = (it: Conversation) => it.helper?.id === staffId;
      mineIds.value = list.filter(own).map((conversation) => conversation.id);
      joinedIds.value = list.filter((it) => !own(it)).map((conversation) => conversation.id);
      mineLoaded.value = true;
      mineFailed.value = false;
    } catch (error) {
      mineFailed.value = true;
      throw error;
    }
    await Promise.all(heldIds.value.map((id) => catchUp(id)));
  }

  /** What the server says I am in: what is new there is read. */
  async function setParts(parts: readonly MyPart[]): Promise<void> {
    const of = (role: MyPart['role']) => parts.filter((part) => part.role === role).map((part) => part.conversation_id);
    const [owned, joined] = [of('owner'), of('participant')];
    joinedIds.value = joined;
    const same = owned.length === mineIds.value.length && owned.every((id) => mineIds.value.includes(id));
    await Promise.all([same ? null : loadMine(), ...joined.map((id) => catchUp(id))]);
  }

  /** Reads what is missing of one conversation; costs nothing when nothing is. */
  async function catchUp(id: string): Promise<void> {
    const log = logOf(id);
    const behind = contiguousSeq(log.updates) < (conversations.value[id]?.last_seq ?? 1);
    const unknown = !log.ready || !conversations.value[id] || (log.request === null && mineIds.value.includes(id));
    await Promise.all([unknown ? loadDetail(id) : null, behind || !log.ready ? sync(id) : null]);
  }

  async function loadRecent(): Promise<void> {
    recent.value = await api.conversations(false);
  }

  async function loadDetail(id: string): Promise<void> {
    const detail = await api.conversation(id);
    conversations.value[id] = detail.conversation;
    Object.assign(logOf(id), { request: detail.request, brief: detail.brief });
  }

  /** Opens a conversation of whomever; what fails stays on its log for the page to show. */
  async function open(id: string): Promise<void> {
    const log = logOf(id);
    log.error = null;
    try {
      await Promise.all([loadDetail(id), sync(id)]);
    } catch (error) {
      log.error = error;
    }
  }

  /** Reads on after the last `seq` held. Asked again while reading, it reads once more afterwards. */
  function sync(id: string): Promise<void> {
    const current = running.get(id);
    if (current) {
      again.add(id);
      return current;
    }
    const run = readOn(id).finally(() => running.delete(id));
    running.set(id, run);
    return run;
  }

  async function readOn(id: string): Promise<void> {
    do {
      again.delete(id);
      const stateChanged = await readPages(id);
      if (stateChanged) await loadDetail(id);
    } while (again.has(id));
  }

  /** Pages forward; tells whether something besides talk came in that a fresh detail must explain. */
  async function readPages(id: string): Promise<boolean> {
    const log = logOf(id);
    const wasReady = log.ready;
    let notice = false;
    for (;;) {
      const after = contiguousSeq(log.updates);
      const page = await api.updates(id, after);
      take(id, page.updates);
      notice ||= wasReady && page.updates.some((update) => update.kind === 'notice');
      const held = contiguousSeq(log.updates);
      if (held >= page.last_seq || held === after) break;
    }
    log.ready = true;
    return notice;
  }

  function take(id: string, updates: Update[]): void {
    const log = logOf(id);
    log.updates = mergeUpdates(log.updates, updates);
    const newest = updates.at(-1);
    if (newest?.at) api.clock.observePast(newest.at, Date.now());
    if (updates.some((update) => update.sender?.kind === 'visitor')) log.typingUntil = 0;
    const conversation = conversations.value[id];
    if (conversation && newest) conversation.last_seq = Math.max(conversation.last_seq, newest.seq);
  }

  /** The server says that a conversation changed. One never opened here is none of our business. */
  async function changed(id: string, lastSeq: number): Promise<void> {
    const conversation = conversations.value[id];
    if (!logs.value[id] || !conversation) return;
    conversation.last_seq = Math.max(conversation.last_seq, lastSeq);
    await sync(id);
    if (isMine(id) !== mineIds.value.includes(id)) await loadMine();
  }

  /** Whether I answer for the conversation, by its own newest word. */
  function isMine(id: string): boolean {
    const conversation = conversations.value[id];
    return conversation?.owner === 'helper' && conversation.helper?.id === staffId;
  }

  /** Whether I may write to the visitor: as its owner, or beside the owner. */
  function isIn(id: string): boolean {
    const participants = conversations.value[id]?.participants ?? [];
    return isMine(id) || participants.some((person) => person.id === staffId);
  }

  function typed(id: string): void {
    const log = logs.value[id];
    if (log) log.typingUntil = api.now() + TYPING_MS;
  }

  function read(id: string, seq: number): void {
    const conversation = conversations.value[id];
    if (conversation) conversation.visitor_read_seq = Math.max(conversation.visitor_read_seq, seq);
  }

  async function close(id: string, outcome: Outcome): Promise<void> {
    logOf(id).request = await api.close(id, outcome);
    dropMine(id);
    await Promise.all([loadDetail(id), sync(id), recent.value ? loadRecent() : null]);
  }

  /** Puts my conversation back into the queue. Once that is done, failing to read it anew is no failure. */
  async function release(id: string): Promise<void> {
    logOf(id).request = await api.release(id);
    dropMine(id);
    const conversation = conversations.value[id];
    if (conversation) Object.assign(conversation, { owner: 'queue', helper: null });
    await Promise.allSettled([loadDetail(id), sync(id)]);
  }

  /** After a move the conversation is somebody else's, or mine: its detail and my list tell. */
  async function moved(id: string): Promise<void> {
    await Promise.allSettled([loadMine(), logs.value[id] ? loadDetail(id) : null, logs.value[id] ? sync(id) : null]);
  }

  function dropMine(id: string): void {
    mineIds.value = mineIds.value.filter((other) => other !== id);
    joinedIds.value = joinedIds.value.filter((other) => other !== id);
  }

  return {
    conversations, logs, mine, mineIds, mineLoaded, mineFailed, recent, activeId, active, activeLog, unreadTotal,
    begin, isMine, isIn, seenOf, unreadOf, markSeen, loadMine, loadRecent, setParts, open, sync, changed,
    typed, read, close, release, moved, dropMine,
  };
});
