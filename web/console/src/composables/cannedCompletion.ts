import { computed, type ComputedRef, nextTick, ref, type Ref, watch } from 'vue';
import type { CannedReply } from '../api/replies';
import { complete, type Completion, completionAt, type Facts, fillVariables, matchReplies } from '../lib/canned';
import { isComposing } from '../lib/keys';
import { words } from '../locales';
import { useComposer } from '../stores/composer';
import { useDesk } from '../stores/desk';
import { useReplies } from '../stores/replies';
import { useSession } from '../stores/session';

export interface CannedCompletion {
  /** What fits the word being typed; empty while the list is closed. */
  matches: ComputedRef<CannedReply[]>;
  chosen: Ref<number>;
  /** A reply as it would be inserted. */
  filled: (reply: CannedReply) => string;
  /** Looks whether the caret stands in a `/word`. */
  look: () => void;
  close: () => void;
  /** Whether the key was the list's. */
  onKeydown: (event: KeyboardEvent) => boolean;
  insert: (reply: CannedReply) => void;
}

/** Canned replies by `/` in the reply box of a conversation. */
export function useCannedCompletion(
  box: Readonly<Ref<HTMLTextAreaElement | null>>, conversationId: () => string,
): CannedCompletion {
  const composer = useComposer();
  const desk = useDesk();
  const replies = useReplies();
  const session = useSession();
  const at = ref<Completion | null>(null);
  const chosen = ref(0);
  const matches = computed(() => (at.value ? matchReplies(replies.list, at.value.query) : []));

  function look(): void {
    const element = box.value;
    at.value = element ? completionAt(element.value, element.selectionStart) : null;
  }

  function close(): void {
    at.value = null;
  }

  watch(() => at.value?.query, () => (chosen.value = 0));

  function facts(): Facts {
    const id = conversationId();
    const profile = desk.conversations[id]?.profile ?? {};
    const text = (key: string) => (typeof profile[key] === 'string' ? profile[key] : '');
    const log = desk.logs[id];
    const ticket = log?.updates.findLast((update) => update.payload?.code === 'ticket_created')?.payload?.number;
    return {
      visitor: text('name') || words.team.replies.you, company: text('company'),
      helper: session.staff?.name ?? '', department: session.staff?.department ?? '',
      question: log?.brief?.question ?? log?.request?.question ?? '', ticket: ticket ?? '',
    };
  }

  const filled = (reply: CannedReply) => fillVariables(reply.text, facts(), words.team.replies.blank);

  function insert(reply: CannedReply): void {
    const [element, place] = [box.value, at.value];
    if (!element || !place) return;
    const edit = complete(element.value, place, filled(reply), words.team.replies.blank);
    composer.change(conversationId(), { text: edit.text });
    replies.used(reply.id);
    close();
    void nextTick(() => {
      element.focus();
      element.setSelectionRange(edit.selectFrom, edit.selectTo);
    });
  }

  function onKeydown(event: KeyboardEvent): boolean {
    const count = matches.value.length;
    if (count === 0 || isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return false;
    const reply = matches.value[chosen.value];
    if (event.key === 'ArrowDown') chosen.value = (chosen.value + 1) % count;
    else if (event.key === 'ArrowUp') chosen.value = (chosen.value + count - 1) % count;
    else if (event.key === 'Escape') close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && reply) insert(reply);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { matches, chosen, filled, look, close, onKeydown, insert };
}
