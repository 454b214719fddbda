/** Components on a page, with a fresh store for each test and what the test finds in it. */
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach } from 'vitest';
import { type App, type Component, createApp } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';

/** To be called once in a file, before its own `beforeEach`: what it shows is gone after each test. */
export function usePage(): (component: Component, props?: Record<string, unknown>) => HTMLElement {
  let pinia = createPinia();
  let apps: App[] = [];
  const page = { template: '<i />' };

  beforeEach(() => {
    pinia = createPinia();
    setActivePinia(pinia);
    localStorage.clear();
  });
  afterEach(() => {
    for (const app of apps) app.unmount();
    apps = [];
    document.body.replaceChildren();
  });

  return (component, props = {}) => {
    const named = ['tickets', 'replies', 'board', 'reports', 'staffing'].map((name) => ({ path: `/${name}`, name, component: page }));
    const routes = [
      { path: '/', component: page }, { path: '/c/:id?', name: 'desk', component: page },
      { path: '/admin/:section?', name: 'admin', component: page }, ...named,
    ];
    const app = createApp(component, props).use(pinia).use(createRouter({ history: createMemoryHistory(), routes }));
    apps.push(app);
    const root = document.body.appendChild(document.createElement('div'));
    app.mount(root);
    return root;
  };
}

export const all = (testid: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
export const byTestid = (testid: string): HTMLElement | null => all(testid)[0] ?? null;
