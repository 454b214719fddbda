/** Calling the helper: the bell, the page's title, desktop notifications. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { formatClock, secondsSince } from '../lib/clock';
import { chimePeriod, ringState } from '../lib/queue';
import { words } from '../locales';
import { Notes } from '../services/notes';
import { Bell } from '../services/ring';
import { useCalls } from './calls';
import { useDesk } from './desk';
import { useQueue } from './queue';
import { useSession } from './session';
import { useTime } from './time';

const MUTED_KEY = 'bangban.muted';

export const useAlerts = defineStore('alerts', () => {
  const calls = useCalls();
  const queue = useQueue();
  const desk = useDesk();
  const session = useSession();
  const time = useTime();
  const bell = new Bell();
  const notes = new Notes();
  const unlocked = ref(false);
  const muted = ref(sessionStorage.getItem(MUTED_KEY) === '1');
  const permission = ref<NotificationPermission>(notes.permission);
  let chimedAt = 0;

  const state = computed(() =>
    ringState({ calls: calls.ringing.length, muted: muted.value, presence: session.presence, unlocked: unlocked.value }),
  );

  /** To be called from a gesture: browsers keep a page silent before the first one. */
  async function unlock(): Promise<void> {
    await bell.unlock();
    unlocked.value = bell.unlocked;
  }

  function toggleMuted(): void {
    muted.value = !muted.value;
    sessionStorage.setItem(MUTED_KEY, muted.value ? '1' : '0');
  }

  async function askPermission(): Promise<void> {
    permission.value = await notes.ask();
  }

  function beat(): void {
    unlocked.value = bell.unlocked;
    ringIfDue();
    document.title = titleNow();
  }

  function ringIfDue(): void {
    if (state.value !== 'ringing') return;
    const urgency = calls.level >= 3 ? 'late' : calls.level === 2 ? 'soon' : 'calm';
    if (Date.now() - chimedAt < chimePeriod(urgency)) return;
    chimedAt = Date.now();
    bell.chime(urgency !== 'calm');
  }

  /** Two titles in turn, a second each, while something asks for me; a quiet count while others wait. */
  function titleNow(): string {
    const call = calls.ringing[0];
    const flash = Math.floor(Date.now() / 1000) % 2 === 0;
    if (call) {
      const waited = formatClock(secondsSince(call.request.requested_at, time.now));
      const count = calls.ringing.length;
      return flash ? words.alerts.titleOffer(count) : words.alerts.titleClock(count, waited);
    }
    if (document.hidden && desk.unreadTotal > 0 && flash) return words.alerts.titleUnread(desk.unreadTotal);
    return queue.total > 0 ? words.alerts.title(queue.total) : words.product;
  }

  /** The next beat rings, however short ago the bell was heard: something has become more urgent. */
  function hurry(): void {
    chimedAt = 0;
  }

  /** A desktop notification, for when the page is not looked at. `tag` lets a newer one replace an older. */
  function notify(title: string, body: string, tag: string, onClick: () => void): void {
    const lookedAt = !document.hidden && document.hasFocus();
    if (lookedAt || session.presence === 'away') return;
    notes.show(tag, { title, body, silent: muted.value }, onClick);
  }

  /** What it told of is over, or is being looked at. */
  function dismiss(tag: string): void {
    notes.close(tag);
  }

  /** Nobody is here any more whom it would tell anything. */
  function end(): void {
    notes.closeAll();
    beat();
  }

  return { state, muted, permission, unlock, toggleMuted, askPermission, beat, hurry, notify, dismiss, end };
});
