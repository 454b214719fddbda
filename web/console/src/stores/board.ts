/** The live board of supervisors; read again when the server says so, and now and then by itself. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { teamApi } from '../api/instance';
import type { Board } from '../api/teamTypes';

export const useBoard = defineStore('board', () => {
  const board = ref<Board | null>(null);
  const failed = ref<unknown>(null);
  /** Whether somebody looks at it. */
  const shown = ref(false);
  let running = false;
  let again = false;

  async function load(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        board.value = await teamApi.board();
        failed.value = null;
      } while (again);
    } catch (error) {
      failed.value = error;
    } finally {
      running = false;
    }
  }

  function changed(): void {
    if (shown.value) void load();
  }

  return { board, failed, shown, load, changed };
});
