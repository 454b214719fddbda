/** The dialog that is open, and for what; one at a time, also by keyboard. */
import { defineStore } from 'pinia';
import { ref } from 'vue';

export type DialogKind =
  | 'transfer' | 'join' | 'reassign' | 'takeOver' | 'handOver' | 'ticket' | 'history' | 'shift' | 'password' | 'shortcuts';

export interface DialogRequest {
  kind: DialogKind;
  /** The conversation it is about, for those that are about one. */
  conversationId: string;
  /** Somebody else whom it is about (their shift). */
  person: { id: string; name: string } | null;
}

export const useDialogs = defineStore('dialogs', () => {
  const current = ref<DialogRequest | null>(null);

  function open(kind: DialogKind, conversationId = '', person: DialogRequest['person'] = null): void {
    current.value = { kind, conversationId, person };
  }

  function close(): void {
    current.value = null;
  }

  return { current, open, close };
});
