import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import CompareView from './views/CompareView.vue';
import DataView from './views/DataView.vue';
import DeviceView from './views/DeviceView.vue';
import LiveView from './views/LiveView.vue';
import NewExperimentView from './views/NewExperimentView.vue';
import RunView from './views/RunView.vue';
import RunsView from './views/RunsView.vue';

const lastViewKey = 'esam-lab.last-view';

/** The views, in the order of the rail and of the keys 1–6. The last one is reopened at the next start. */
export const createLabRouter = (): Router => {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', redirect: () => localStorage.getItem(lastViewKey) ?? '/new' },
      { path: '/new', component: NewExperimentView },
      { path: '/live', component: LiveView },
      { path: '/runs', component: RunsView },
      { path: '/runs/:id(\\d+)', component: RunView, props: (route) => ({ runId: Number(route.params['id']) }) },
      { path: '/compare', component: CompareView },
      { path: '/data', component: DataView },
      { path: '/device', component: DeviceView },
      { path: '/:rest(.*)*', redirect: '/new' },
    ],
  });
  router.afterEach((to) => localStorage.setItem(lastViewKey, `/${to.path.split('/')[1] ?? 'new'}`));
  return router;
};
