import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import RunView from './views/RunView.vue';
import { views } from './views/index.ts';

const lastViewKey = 'esam-lab.last-view';

/** Every view, and the page of a run. The last view is reopened at the next start. */
export const createLabRouter = (): Router => {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: () => localStorage.getItem(lastViewKey) ?? '/new' },
      ...views.map(({ path, component }) => ({ path, component })),
      { path: '/runs/:id(\\d+)', component: RunView, props: (route) => ({ runId: Number(route.params['id']) }) },
      { path: '/:rest(.*)*', redirect: '/new' },
    ],
  });
  router.afterEach((to) => localStorage.setItem(lastViewKey, `/${to.path.split('/')[1] ?? 'new'}`));
  return router;
};
