/** Keeps the page true to the server: the socket's pushes, and a slow look of its own in case one is lost. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { ApiError } from '../api/client';
import { api } from '../api/instance';
import { type LinkState, StaffSocket, staffSocketUrl } from '../api/socket';
import type { ConnectionLost, Moved, ServerPush, TicketReminder } from '../api/pushes';
import type { HelpRequest } from '../api/types';
import { shortTime } from '../lib/clock';
import { reasonText } from '../lib/history';
import { words } from '../locales';
import { inform, report } from '../services/report';
import { startTicker } from '../services/ticker';
import { useAlerts } from './alerts';
import { useBoard } from './board';
import { useCalls } from './calls';
import { useComposer } from './composer';
import { useDesk } from './desk';
import { useOutbox } from './outbox';
import { usePictures } from './pictures';
import { useQueue } from './queue';
import { useReplies } from './replies';
import { useSession } from './session';
import { useTeam } from './team';
import { useTickets } from './tickets';
import { useTime } from './time';
import { useTopics } from './topics';

/** For so long one helper's lost connection is told once, milliseconds. */
const LOST_AGAIN_MS = 10_000;
/** How often to look without being told, milliseconds: as a safety net, and while the socket is down. */
const LOOK_MS = { open: 30_000, down: 5_000 };

export const useLive = defineStore('live', () => {
  const session = useSession();
  const queue = useQueue();
  const desk = useDesk();
  const outbox = useOutbox();
  const pictures = usePictures();
  const composer = useComposer();
  const alerts = useAlerts();
  const calls = useCalls();
  const team = useTeam();
  const board = useBoard();
  const tickets = useTickets();
  const replies = useReplies();
  const time = useTime();
  const topics = useTopics();
  const link = ref<LinkState>('closed');
  const online = ref(navigator.onLine);
  const settled = ref(false);
  const troubled = computed(() => settled.value && (link.value !== 'open' || !online.value));
  const socket = new StaffSocket(() => new WebSocket(staffSocketUrl(location)), { onPush, onState, onBeat: sayWatched });
  let stopTicker: (() => void) | null = null;
  /** What I have seen of the open conversation, when it is mine: its visitor is told. */
  const seenHere = computed(() => (desk.activeId && desk.isMine(desk.activeId) ? desk.seenOf(desk.activeId) : 0));
  /** When we were last told of a helper's lost connection, by id. */
  const lostAt = new Map<string, number>();
  let lookedAt = 0;
  let looking = false;

  watch(seenHere, (seq) => {
    if (seq && desk.activeId) socket.send({ type: 'read', conversation_id: desk.activeId, seq });
  });

  watch(() => desk.activeId, sayWatched);

  /** Which conversation I look at: my colleagues see it, and it is said again with each heartbeat. */
  function sayWatched(): void {
    socket.send({ type: 'watch', conversation_id: desk.activeId });
  }

  function start(): void {
    const staff = session.staff;
    if (!staff || stopTicker) return;
    settled.value = false;
    desk.begin(staff.id);
    composer.begin(staff.id);
    outbox.begin(staff.id);
    void pictures.begin(staff.id);
    stopTicker = startTicker(beat);
    listening(window.addEventListener);
    document.addEventListener('visibilitychange', looked);
    socket.start();
    void look();
    replies.load().catch(() => undefined);
    topics.load().catch(() => undefined);
  }

  function stop(): void {
    stopTicker?.();
    stopTicker = null;
    listening(window.removeEventListener);
    document.removeEventListener('visibilitychange', looked);
    socket.stop();
    queue.reset();
    calls.reset();
    alerts.end();
  }

  function beat(): void {
    time.tick();
    socket.tick();
    alerts.beat();
    const every = link.value === 'open' ? LOOK_MS.open : LOOK_MS.down;
    if (Date.now() - lookedAt >= every) void look();
  }

  /** Reads the queue, my conversations and the open one again. Silent: the banner tells of lost contact. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    lookedAt = Date.now();
    const parts = [queue.load(), desk.loadMine(), calls.load(), desk.activeId ? desk.sync(desk.activeId) : null];
    const results = await Promise.allSettled(parts);
    looking = false;
    settled.value = true;
    const refusal = results.find((result) => result.status === 'rejected' && result.reason instanceof ApiError);
    if (refusal?.status === 'rejected' && refusal.reason.status < 500) report(refusal.reason);
  }

  function onState(state: LinkState): void {
    const opened = state === 'open' && link.value !== 'open';
    link.value = state;
    if (!opened) return;
    void look();
    sayWatched();
    outbox.resume();
  }

  function onPush(push: ServerPush): void {
    switch (push.type) {
      case 'queue':
        return queueChanged(push.requests, push.total);
      case 'changed':
        return conversationChanged(push.conversation_id, push.last_seq);
      case 'typing':
        return desk.typed(push.conversation_id);
      case 'read':
        return desk.read(push.conversation_id, push.seq);
      case 'presence':
        session.presence = push.status;
        return;
      case 'offers':
        topics.need([...push.offers, ...push.alerts].map((it) => it.request.topic));
        return calls.replace(push.offers, push.alerts);
      case 'invitations':
        return calls.setInvitations(push.invitations);
      case 'mine':
        return void desk.setParts(push.conversations).catch(() => undefined);
      case 'moved':
        return moved(push);
      case 'connection_lost':
        return connectionLost(push);
      case 'watching':
        team.watched = { conversationId: push.conversation_id, people: push.people };
        return;
      case 'board':
        return board.changed();
      case 'tickets':
        return ticketsChanged(push.reminder);
      case 'error':
        if (push.error.code === 'not_authenticated') session.leave(true);
        else report(new ApiError(0, push.error.code, push.error.message));
    }
  }

  function queueChanged(requests: HelpRequest[], total = requests.length): void {
    for (const request of requests) api.clock.observePast(request.requested_at, Date.now());
    topics.need(requests.map((request) => request.topic));
    // Whose conversations change is told that themselves: every console reading its own would be a storm.
    queue.replace(requests, total);
  }

  /** Every member of staff hears of every conversation; only those held here are read. */
  function conversationChanged(id: string, lastSeq: number): void {
    desk.changed(id, lastSeq).catch(() => undefined);
  }

  /** A conversation left me or came to me without my doing: said once, in words. */
  function moved(push: Moved): void {
    const who = push.by && push.by.id !== session.staff?.id ? words.team.moved.who(push.by.name) : '';
    const why = reasonText(push.reason) ? words.team.moved.because(reasonText(push.reason)) : '';
    const text = words.team.moved[push.event](who + why);
    inform(text, ['transferred', 'handed_over'].includes(push.event) ? 'success' : 'warning');
    alerts.notify(text, '', push.conversation_id, () => undefined);
    void desk.moved(push.conversation_id);
  }

  function connectionLost(push: ConnectionLost): void {
    board.changed();
    if (push.helper.id === session.staff?.id) return; // said to me already, as a move
    // Whoever loses the connection loses all they held: once is enough.
    if (Date.now() - (lostAt.get(push.helper.id) ?? 0) < LOST_AGAIN_MS) return;
    lostAt.set(push.helper.id, Date.now());
    const text = words.team.moved.lostOther(push.helper.name ?? '');
    inform(text, 'warning');
    alerts.notify(text, '', push.conversation_id, () => undefined);
  }

  function ticketsChanged(reminder: TicketReminder | undefined): void {
    tickets.refresh();
    if (!reminder) return;
    const text = words.tickets.reminders[reminder.kind](reminder.number, shortTime(reminder.due_at));
    inform(text, 'warning');
    alerts.notify(text, '', reminder.ticket_id, () => undefined);
  }

  function listening(act: typeof window.addEventListener): void {
    for (const event of ['online', 'offline']) act.call(window, event, networkChanged);
    act.call(window, 'storage', outbox.changedElsewhere as EventListener);
    act.call(window, 'beforeunload', leaving);
  }

  /** What is kept goes on by itself on the next page; only what is not is worth a question. */
  function leaving(event: Event): void {
    if (outbox.atRisk || pictures.atRisk) event.preventDefault();
  }

  function networkChanged(): void {
    online.value = navigator.onLine;
    if (online.value) socket.hurry();
  }

  function looked(): void {
    if (document.hidden) return;
    socket.hurry();
    if (desk.activeId) desk.markSeen(desk.activeId);
  }

  function sayTyping(conversationId: string): void {
    socket.send({ type: 'typing', conversation_id: conversationId });
  }

  return { link, online, troubled, start, stop, look, sayTyping };
});
