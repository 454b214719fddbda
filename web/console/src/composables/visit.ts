import { useRouter } from 'vue-router';
import { useDesk } from '../stores/desk';

/** Shows a conversation on the desk after it came to me, or while it is mine: it and my list are read anew, once. */
export function useVisit(): (id: string) => Promise<void> {
  const desk = useDesk();
  const router = useRouter();

  return async (id) => {
    // Another address reads its conversation on arrival (DeskView). The open one, such as a preview, keeps its
    // address, and must learn its new owner.
    const shown = desk.activeId === id ? desk.open(id) : router.push({ name: 'desk', params: { id } });
    await Promise.all([shown, desk.loadMine()]);
  };
}
