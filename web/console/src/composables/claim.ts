import type { HelpRequest } from '../api/types';
import { words } from '../locales';
import { inform, report } from '../services/report';
import { useCalls } from '../stores/calls';
import { useVisit } from './visit';

/** Takes a waiting request and opens its conversation; says so when somebody else was faster. */
export function useClaim(): (request: HelpRequest | undefined) => Promise<void> {
  const calls = useCalls();
  const visit = useVisit();

  return async (request) => {
    if (!request) return;
    try {
      const result = await calls.accept(request);
      if (result === 'taken') inform(words.queue.taken, 'warning');
      else if (result) await visit(result.conversationId);
    } catch (error) {
      report(error);
    }
  };
}
