import { nextTick, ref, type Ref } from 'vue';
import { useRouter } from 'vue-router';
import { type Command, commandOf } from '../lib/keys';
import { replyText } from '../lib/knowledge';
import { zh } from '../locales/zh';
import { useComposer } from '../stores/composer';
import { useDesk } from '../stores/desk';
import { useQueue } from '../stores/queue';
import { useClaim } from './claim';

function inTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The keyboard: one listener for the page, told apart from typing and from open dialogs. */
export function useCommands(): { onKeydown: (event: KeyboardEvent) => void; helpOpen: Ref<boolean> } {
  const queue = useQueue();
  const desk = useDesk();
  const composer = useComposer();
  const router = useRouter();
  const claim = useClaim();
  const helpOpen = ref(false);

  function onKeydown(event: KeyboardEvent): void {
    if (document.querySelector('[role="dialog"][aria-modal="true"]')?.checkVisibility()) return;
    const command = commandOf(event, inTextField(event.target));
    if (!command || event.repeat) return;
    event.preventDefault();
    run(command);
  }

  function run(command: Command): void {
    switch (command.do) {
      case 'claim':
        return void claim(queue.requests[command.index]);
      case 'next':
        return step(1);
      case 'previous':
        return step(-1);
      case 'insert-suggestion':
        return insertFirst();
      case 'toggle-note':
        return toggleNote();
      case 'search':
        return document.querySelector<HTMLInputElement>('[data-testid="knowledge-input"]')?.focus();
      case 'reply':
        composer.focusWish += 1;
        return;
      case 'close':
        return document.querySelector<HTMLButtonElement>('[data-testid="close-conversation"]')?.click();
      case 'help':
        void nextTick(() => (helpOpen.value = true));
    }
  }

  function step(by: number): void {
    const ids = desk.mine.map((conversation) => conversation.id);
    if (ids.length === 0) return;
    const at = desk.activeId ? ids.indexOf(desk.activeId) : -1;
    const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length;
    void router.push({ name: 'desk', params: { id: ids[next] } });
  }

  function insertFirst(): void {
    const id = desk.activeId;
    const first = desk.activeLog?.brief?.suggestions[0];
    if (id && first && desk.isMine(id)) composer.insert(id, replyText(first, zh.knowledge.source));
  }

  function toggleNote(): void {
    const id = desk.activeId;
    if (!id || !desk.isMine(id)) return;
    composer.setVisibility(id, composer.draftOf(id).visibility === 'public' ? 'internal' : 'public');
  }

  return { onKeydown, helpOpen };
}
