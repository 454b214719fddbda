/** What is typed in each conversation's reply box. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Visibility } from '../api/types';
import { type Draft, DraftStore, EMPTY_DRAFT } from '../lib/drafts';
import { insertInto } from '../lib/knowledge';

export const useComposer = defineStore('composer', () => {
  const drafts = ref<Record<string, Draft>>({});
  /** Rises when the reply box should take the focus, its caret at the end. */
  const focusWish = ref(0);
  let store: DraftStore | null = null;

  function begin(staffId: string): void {
    store = new DraftStore(localStorage, staffId);
    sweep();
    drafts.value = {};
  }

  function sweep(): void {
    try {
      DraftStore.sweep(localStorage, Date.now());
    } catch {
      // A browser that forbids storage has nothing to sweep.
    }
  }

  /** Loads a conversation's draft; to be called when it is opened. */
  function open(id: string): void {
    drafts.value[id] ??= store?.load(id) ?? { ...EMPTY_DRAFT };
  }

  function draftOf(id: string): Readonly<Draft> {
    return drafts.value[id] ?? EMPTY_DRAFT;
  }

  function change(id: string, part: Partial<Draft>): void {
    const draft = { ...draftOf(id), ...part };
    drafts.value[id] = draft;
    store?.save(id, draft);
  }

  function insert(id: string, text: string): void {
    change(id, { text: insertInto(draftOf(id).text, text) });
    focusWish.value += 1;
  }

  function setVisibility(id: string, visibility: Visibility): void {
    change(id, { visibility });
    focusWish.value += 1;
  }

  function clear(id: string): void {
    change(id, { ...EMPTY_DRAFT });
  }

  return { drafts, focusWish, begin, open, draftOf, change, insert, setVisibility, clear };
});
