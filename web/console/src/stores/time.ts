/** Now, by the server's clock; renewed about twice a second. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { api } from '../api/instance';

export const useTime = defineStore('time', () => {
  const now = ref(api.now());
  const tick = (): void => {
    now.value = api.now();
  };
  return { now, tick };
});
