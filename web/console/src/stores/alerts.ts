/** Calling the helper: the bell, the page's title, desktop notifications. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { waitClock } from '../lib/clock';
import { chimePeriod, ringState } from '../lib/queue';
import { zh } from '../locales/zh';
import { Bell } from '../services/ring';
import { useDesk } from './desk';
import { useQueue } from './queue';
import { useSession } from './session';
import { useTime } from './time';

const MUTED_KEY = 'bangban.muted';
const canNotify = 'Notification' in globalThis;

export const useAlerts = defineStore('alerts', () => {
  const queue = useQueue();
  const desk = useDesk();
  const session = useSession();
  const time = useTime();
  const bell = new Bell();
  const unlocked = ref(false);
  const muted = ref(sessionStorage.getItem(MUTED_KEY) === '1');
  const permission = ref<NotificationPermission>(canNotify ? Notification.permission : 'denied');
  let chimedAt = 0;

  const state = computed(() =>
    ringState({ waiting: queue.count, muted: muted.value, presence: session.presence, unlocked: unlocked.value }),
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
    if (canNotify) permission.value = await Notification.requestPermission();
  }

  function beat(): void {
    unlocked.value = bell.unlocked;
    ringIfDue();
    document.title = titleNow();
  }

  function ringIfDue(): void {
    const first = queue.requests[0];
    if (!first || state.value !== 'ringing') return;
    const { urgency } = waitClock(first, time.now);
    if (Date.now() - chimedAt < chimePeriod(urgency)) return;
    chimedAt = Date.now();
    bell.chime(urgency !== 'calm');
  }

  /** Two titles in turn, a second each, while somebody waits. */
  function titleNow(): string {
    const first = queue.requests[0];
    const flash = Math.floor(Date.now() / 1000) % 2 === 0;
    if (first) {
      return flash ? zh.alerts.title(queue.count) : zh.alerts.titleClock(queue.count, waitClock(first, time.now).text);
    }
    if (document.hidden && desk.unreadTotal > 0 && flash) return zh.alerts.titleUnread(desk.unreadTotal);
    return zh.product;
  }

  /** A desktop notification, for when the page is not looked at. `tag` lets a newer one replace an older. */
  function notify(title: string, body: string, tag: string, onClick: () => void): void {
    if (!canNotify || permission.value !== 'granted' || !document.hidden || session.presence === 'away') return;
    const note = new Notification(title, { body, tag });
    note.onclick = () => {
      window.focus();
      note.close();
      onClick();
    };
  }

  return { state, muted, permission, unlock, toggleMuted, askPermission, beat, notify };
});
