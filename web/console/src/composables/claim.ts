import { useRouter } from 'vue-router';
import type { HelpRequest } from '../api/types';
import { words } from '../locales';
import { inform, report } from '../services/report';
import { useCalls } from '../stores/calls';
import { useDesk } from '../stores/desk';

/** Takes a waiting request and opens its conversation; says so when somebody else was faster. */
export function useClaim(): (request: HelpRequest | undefined) => Promise<void> {
  const calls = useCalls();
  const desk = useDesk();
  const router = useRouter();

  return async (request) => {
    if (!request) return;
    try {
      const result = await calls.accept(request);
      if (result === 'taken') inform(words.queue.taken, 'warning');
      else if (result) await show(result.conversationId);
    } catch (error) {
      report(error);
    }
  };

  async function show(id: string): Promise<void> {
    // An open preview does not change its address: read it anew so that it knows its new owner.
    const opened = desk.activeId === id ? desk.open(id) : router.push({ name: 'desk', params: { id } });
    await Promise.all([opened, desk.loadMine()]);
  }
}
