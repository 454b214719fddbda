import { computed, type ComputedRef, watch } from 'vue';
import { useRouter } from 'vue-router';
import { visitorName } from '../lib/describe';
import { firstLine } from '../lib/queue';
import { topicName, words } from '../locales';
import { useAlerts } from '../stores/alerts';
import { type Call, useCalls } from '../stores/calls';
import { useDesk } from '../stores/desk';

/** Desktop notifications for what asks for me and for new talk; returns what a screen reader is told. */
export function useCallings(): ComputedRef<string> {
  const alerts = useAlerts();
  const calls = useCalls();
  const desk = useDesk();
  const router = useRouter();
  const show = (id: string) => () => void router.push({ name: 'desk', params: { id } });

  function titleOf(call: Call): string {
    if (call.kind === 'offer') return words.alerts.request(topicName(call.request.topic));
    if (call.kind === 'invitation') return words.alerts.invitation(call.invitation.invited_by.name);
    return words.team.offers.reasons[call.alert.reason];
  }

  watch(
    () => calls.ringing,
    (now, before) => {
      const known = new Set(before.map((call) => call.key));
      for (const call of now.filter((it) => !known.has(it.key))) {
        alerts.notify(titleOf(call), firstLine(call.request.question), call.key, show(call.request.conversation_id));
      }
    },
  );

  /** New unread talk in my conversations, told once for each rise. */
  watch(
    () => desk.mine.map((conversation) => ({ conversation, unread: desk.unreadOf(conversation.id) })),
    (rows, before) => {
      const known = new Map(before.map((row) => [row.conversation.id, row.unread]));
      for (const { conversation, unread } of rows) {
        if (unread <= (known.get(conversation.id) ?? Infinity)) continue;
        const text = desk.logs[conversation.id]?.updates.at(-1)?.text ?? '';
        alerts.notify(words.alerts.message(visitorName(conversation)), text, conversation.id, show(conversation.id));
      }
    },
  );

  return computed(() => {
    const newest = calls.ringing[0];
    return newest ? `${titleOf(newest)}：${firstLine(newest.request.question)}` : '';
  });
}
