import { onScopeDispose, ref, type Ref, watch } from 'vue';
import { api } from '../api/instance';
import type { KnowledgeResult } from '../api/types';

/** How long to wait for the next key before asking, milliseconds. */
const PAUSE_MS = 250;

export interface KnowledgeSearch {
  query: Ref<string>;
  results: Ref<KnowledgeResult[] | null>;
  /** What the results answer. */
  searched: Ref<string>;
  busy: Ref<boolean>;
  error: Ref<unknown>;
  retry: () => void;
}

/** Search while typing: asks after a pause, and only the newest question's answer counts. */
export function useKnowledgeSearch(district: Readonly<Ref<string | null>>): KnowledgeSearch {
  const query = ref('');
  const results = ref<KnowledgeResult[] | null>(null);
  const searched = ref('');
  const busy = ref(false);
  const error = ref<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | null = null;

  function cancel(): void {
    clearTimeout(timer);
    asked?.abort();
    asked = null;
  }

  async function ask(q: string): Promise<void> {
    const turn = new AbortController();
    asked = turn;
    try {
      const found = await api.search(q, district.value, turn.signal);
      if (asked === turn) [results.value, searched.value, error.value] = [found, q, null];
    } catch (reason) {
      if (asked === turn) error.value = reason;
    } finally {
      if (asked === turn) busy.value = false;
    }
  }

  function plan(pause: number): void {
    cancel();
    const q = query.value.trim();
    busy.value = q !== '';
    if (q) timer = setTimeout(() => void ask(q), pause);
    else [results.value, error.value] = [null, null];
  }

  watch([query, district], () => plan(PAUSE_MS));
  onScopeDispose(cancel);
  return { query, results, searched, busy, error, retry: () => plan(0) };
}
