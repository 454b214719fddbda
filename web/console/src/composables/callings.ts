import { computed, type ComputedRef, watch } from 'vue';
import { useRouter } from 'vue-router';
import { visitorName } from '../lib/describe';
import { levelOf } from '../lib/ladder';
import { firstLine } from '../lib/queue';
import { isNews, readTold, type ToldMap, writeTold } from '../lib/told';
import { alertLead, topicName, words } from '../locales';
import { useAlerts } from '../stores/alerts';
import { type Call, useCalls } from '../stores/calls';
import { useDesk } from '../stores/desk';
import { useSession } from '../stores/session';
import { useTime } from '../stores/time';

/** Desktop notifications for what asks for me and for new talk; returns what a screen reader is told. */
export function useCallings(): ComputedRef<string> {
  const alerts = useAlerts();
  const calls = useCalls();
  const desk = useDesk();
  const session = useSession();
  const time = useTime();
  const router = useRouter();
  const show = (id: string) => () => void router.push({ name: 'desk', params: { id } });

  function titleOf(call: Call): string {
    if (call.kind === 'offer') return words.alerts.request(topicName(call.request.topic));
    if (call.kind === 'invitation') return words.alerts.invitation(call.invitation.invited_by.name);
    return alertLead(call.alert.reason, levelOf(call.request, time.now));
  }

  /**
   * An offer of a request and an alert about it are one subject: the one takes the other's place.
   * That I took it and say nothing is another matter, told beside it.
   */
  function subjectOf(call: Call): string {
    if (call.kind === 'invitation') return call.key;
    const silent = call.kind === 'alert' && call.alert.reason === 'mine_silent';
    return `${silent ? 's' : 'r'}-${call.request.id}`;
  }

  /** What rings, each with its step; a text, so that a beat that changes nothing wakes nobody. */
  const standing = computed(() =>
    calls.ringing.map((call) => `${subjectOf(call)} ${levelOf(call.request, time.now)}`).join('\n'),
  );

  /** Takes back what is over, so that it is news should it come again. */
  function forgetGone(told: ToldMap, current: ReadonlyMap<string, Call>, before: string): void {
    for (const line of before.split('\n')) {
      const subject = line.split(' ')[0] ?? '';
      if (current.has(subject)) continue;
      alerts.dismiss(subject);
      told.delete(subject);
    }
  }

  function tell(told: ToldMap, subject: string, call: Call): void {
    const level = levelOf(call.request, time.now);
    if (!isNews(told, subject, level)) return;
    told.set(subject, { level, at: Date.now() });
    alerts.hurry();
    alerts.notify(titleOf(call), firstLine(call.request.question), subject, show(call.request.conversation_id));
  }

  /** Each step is told once. While away nothing rings and nothing counts as told. */
  function look(before: string): void {
    const staffId = session.staff?.id;
    // Without a session the list is empty although nothing has ended.
    if (!staffId) return;
    const told = readTold(localStorage, staffId, Date.now());
    const current = new Map(calls.ringing.map((call) => [subjectOf(call), call]));
    forgetGone(told, current, before);
    if (session.presence !== 'away') for (const [subject, call] of current) tell(told, subject, call);
    writeTold(localStorage, staffId, told);
  }

  watch([standing, () => session.presence], (_, [before]) => look(before ?? ''), { immediate: true });

  /** New unread talk in my conversations, told once for each rise. */
  watch(
    () => desk.mine.map((conversation) => ({ conversation, unread: desk.unreadOf(conversation.id) })),
    (rows, before) => {
      const known = new Map(before.map((row) => [row.conversation.id, row.unread]));
      const here = new Set(rows.map((row) => row.conversation.id));
      for (const id of known.keys()) if (!here.has(id)) alerts.dismiss(`u-${id}`);
      for (const { conversation, unread } of rows) {
        const tag = `u-${conversation.id}`;
        if (unread === 0) alerts.dismiss(tag);
        if (unread <= (known.get(conversation.id) ?? Infinity)) continue;
        const text = desk.logs[conversation.id]?.updates.at(-1)?.text ?? '';
        alerts.notify(words.alerts.message(visitorName(conversation)), text, tag, show(conversation.id));
      }
    },
  );

  return computed(() => {
    const newest = calls.ringing[0];
    return newest ? `${titleOf(newest)}：${firstLine(newest.request.question)}` : '';
  });
}
