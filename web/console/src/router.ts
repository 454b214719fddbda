/** Two pages. Addresses live behind `#`, so that the server needs to serve one file only. */
import { createRouter, createWebHashHistory } from 'vue-router';
import type { RouteLocationNormalized, RouteLocationRaw, Router } from 'vue-router';
import { useSession } from './stores/session';
import LoginView from './views/LoginView.vue';

/** Where login leads to; only a place inside the console is believed. */
export function returnPath(back: unknown): string {
  return typeof back === 'string' && back.startsWith('/') && !back.startsWith('//') ? back : '/c';
}

function guard(to: RouteLocationNormalized): RouteLocationRaw | true {
  const { phase } = useSession();
  if (phase === 'out' && to.name !== 'login') return { name: 'login', query: { back: to.fullPath } };
  if (phase === 'in' && to.name === 'login') return returnPath(to.query.back);
  return true;
}

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/login', name: 'login', component: LoginView },
      { path: '/c/:id?', name: 'desk', component: () => import('./views/DeskView.vue') },
      { path: '/:rest(.*)*', redirect: '/c' },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (session.phase === 'unknown') await session.restore();
    return guard(to);
  });
  return router;
}
