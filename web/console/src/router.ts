/** The pages, by role. Addresses live behind `#`, so that the server needs to serve one file only. */
import { createRouter, createWebHashHistory } from 'vue-router';
import type { RouteLocationNormalized, RouteLocationRaw, Router, RouteRecordRaw } from 'vue-router';
import { isOverseer } from './lib/roles';
import { useSession } from './stores/session';
import LoginView from './views/LoginView.vue';

/** Where login leads to; only a place inside the console is believed. */
export function returnPath(back: unknown): string {
  return typeof back === 'string' && back.startsWith('/') && !back.startsWith('//') ? back : '/c';
}

/** Whether a role may open a page. */
export function allows(to: Pick<RouteLocationNormalized, 'meta'>, role: Parameters<typeof isOverseer>[0]): boolean {
  return to.meta.overseer !== true || isOverseer(role);
}

function guard(to: RouteLocationNormalized): RouteLocationRaw | true {
  const { phase, staff } = useSession();
  if (phase === 'out' && to.name !== 'login') return { name: 'login', query: { back: to.fullPath } };
  if (phase === 'in' && to.name === 'login') return returnPath(to.query.back);
  if (phase === 'in' && !allows(to, staff?.role)) return '/c';
  return true;
}

const pages: RouteRecordRaw[] = [
  { path: 'c/:id?', name: 'desk', component: () => import('./views/DeskView.vue') },
  { path: 'tickets/:id?', name: 'tickets', component: () => import('./views/TicketsView.vue') },
  { path: 'replies', name: 'replies', component: () => import('./views/RepliesView.vue') },
  { path: 'board', name: 'board', component: () => import('./views/BoardView.vue'), meta: { overseer: true } },
  { path: 'reports', name: 'reports', component: () => import('./views/ReportsView.vue'), meta: { overseer: true } },
  { path: 'staffing', name: 'staffing', component: () => import('./views/StaffingView.vue'), meta: { overseer: true } },
  {
    path: 'admin/:section?',
    name: 'admin',
    component: () => import('./views/AdminView.vue'),
    meta: { overseer: true },
  },
];

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/login', name: 'login', component: LoginView },
      { path: '/', component: () => import('./views/ShellView.vue'), children: pages },
      { path: '/:rest(.*)*', redirect: '/c' },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (session.phase === 'unknown') await session.restore();
    return to.path === '/' && session.phase === 'in' ? '/c' : guard(to);
  });
  return router;
}
