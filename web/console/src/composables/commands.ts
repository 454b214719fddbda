import { useRouter } from 'vue-router';
import { type Command, commandOf } from '../lib/keys';
import { replyText } from '../lib/knowledge';
import { takesRequests } from '../lib/roles';
import { words } from '../locales';
import { useAlerts } from '../stores/alerts';
import { useCalls } from '../stores/calls';
import { useComposer } from '../stores/composer';
import { useDesk } from '../stores/desk';
import { useDialogs } from '../stores/dialogs';
import { useQueue } from '../stores/queue';
import { useSession } from '../stores/session';
import { useCallActions } from './callActions';
import { useClaim } from './claim';

function inTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const press = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.click();

/** The keyboard: one listener for the page, told apart from typing and from open dialogs. */
export function useCommands(): (event: KeyboardEvent) => void {
  const queue = useQueue();
  const calls = useCalls();
  const desk = useDesk();
  const composer = useComposer();
  const dialogs = useDialogs();
  const alerts = useAlerts();
  const session = useSession();
  const router = useRouter();
  const claim = useClaim();
  const callActions = useCallActions();

  function run(command: Command): void {
    switch (command.do) {
      case 'claim':
        if (takesRequests(session.staff?.role)) void claim(queue.requests[command.index]);
        return;
      case 'accept':
        return void callActions.accept(calls.list[0]);
      case 'decline':
        return void callActions.decline(calls.list.find((call) => call.kind !== 'alert'));
      case 'next':
        return step(1);
      case 'previous':
        return step(-1);
      case 'insert-suggestion':
        return insert(command.index);
      case 'toggle-note':
        return toggleNote();
      case 'search':
        return document.querySelector<HTMLInputElement>('[data-testid="knowledge-input"]')?.focus();
      case 'reply':
        composer.focusWish += 1;
        return;
      case 'close':
        return press('close-conversation');
      case 'transfer':
        return press('transfer-conversation');
      case 'invite':
        return press('invite-conversation');
      case 'ticket':
        return press('create-ticket');
      case 'mute':
        return alerts.toggleMuted();
      case 'help':
        return dialogs.open('shortcuts');
    }
  }

  function step(by: number): void {
    const ids = desk.mine.map((conversation) => conversation.id);
    if (ids.length === 0) return;
    const at = desk.activeId ? ids.indexOf(desk.activeId) : -1;
    const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length;
    void router.push({ name: 'desk', params: { id: ids[next] } });
  }

  function insert(index: number): void {
    const id = desk.activeId;
    const suggestion = desk.activeLog?.brief?.suggestions[index];
    if (id && suggestion && desk.isIn(id)) composer.insert(id, replyText(suggestion, words.knowledge.source));
  }

  function toggleNote(): void {
    const id = desk.activeId;
    if (!id || !desk.isIn(id)) return;
    composer.setVisibility(id, composer.draftOf(id).visibility === 'public' ? 'internal' : 'public');
  }

  return (event) => {
    if (document.querySelector('[role="dialog"][aria-modal="true"]')?.checkVisibility()) return;
    const command = commandOf(event, inTextField(event.target));
    if (!command || event.repeat) return;
    event.preventDefault();
    run(command);
  };
}
