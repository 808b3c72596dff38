import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import MeasuredView from './views/MeasuredView.vue';
import RunView from './views/RunView.vue';
import StartView from './views/StartView.vue';
import { views } from './views/index.ts';

/** Every view, and the page of a run. `useKeptPlace` leads on from the beginning to the view that was open last. */
export const createLabRouter = (): Router =>
  createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', component: { render: () => null } },
      ...views.map(({ path, component }) => ({ path, component })),
      { path: '/runs/:id(\\d+)', component: RunView, props: (route) => ({ runId: Number(route.params['id']) }) },
      { path: '/start', component: StartView },
      { path: '/measured', component: MeasuredView },
      { path: '/:rest(.*)*', redirect: '/new' },
    ],
  });
