import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it, vi } from 'vitest';
import { createApp } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { useVisit } from '../src/composables/visit';
import { useDesk } from '../src/stores/desk';

let router: Router;
let visit: (id: string) => Promise<void>;

beforeEach(() => {
  const pinia = createPinia();
  setActivePinia(pinia);
  const page = { template: '<p />' };
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: page }, { path: '/c/:id?', name: 'desk', component: page }],
  });
  visit = createApp(page).use(pinia).use(router).runWithContext(useVisit);
});

it('goes to a conversation, which is read there, and reads my list', async () => {
  const desk = useDesk();
  const [open, loadMine] = [vi.spyOn(desk, 'open').mockResolvedValue(), vi.spyOn(desk, 'loadMine').mockResolvedValue()];
  await visit('c1');
  expect(router.currentRoute.value.fullPath).toBe('/c/c1');
  expect([open.mock.calls, loadMine.mock.calls.length]).toEqual([[], 1]);
});

it('reads the open conversation anew, whose address stays', async () => {
  const desk = useDesk();
  desk.activeId = 'c1';
  const [open, loadMine] = [vi.spyOn(desk, 'open').mockResolvedValue(), vi.spyOn(desk, 'loadMine').mockResolvedValue()];
  await visit('c1');
  expect([open.mock.calls, loadMine.mock.calls.length]).toEqual([[['c1']], 1]);
});
