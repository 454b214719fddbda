import { onMounted, ref, type Ref, shallowRef } from 'vue';

export interface Loaded<T> {
  value: Readonly<Ref<T | null>>;
  failed: Readonly<Ref<unknown>>;
  /** Whether the newest question has no answer yet. */
  busy: Readonly<Ref<boolean>>;
  reload: () => Promise<void>;
}

/** Something read when the page opens, and again after each change. Only the newest answer counts. */
export function useLoaded<T>(read: () => Promise<T>): Loaded<T> {
  const value = shallowRef<T | null>(null);
  const failed = ref<unknown>(null);
  const busy = ref(false);
  let asked = 0;

  async function reload(): Promise<void> {
    const turn = (asked += 1);
    busy.value = true;
    try {
      const found = await read();
      if (turn === asked) [value.value, failed.value] = [found, null];
    } catch (error) {
      if (turn === asked) failed.value = error;
    } finally {
      if (turn === asked) busy.value = false;
    }
  }

  onMounted(() => void reload());
  return { value, failed, busy, reload };
}
