import { Activity, BookOpen, ChartScatter, Cpu, Images, ListOrdered, Rows3, Settings, SquarePen } from '@lucide/vue';
import type { Component } from 'vue';
import { views as known, type View, type ViewPath } from '../../shared/views.ts';
import CompareView from './CompareView.vue';
import DataView from './DataView.vue';
import DeviceView from './DeviceView.vue';
import LiveView from './LiveView.vue';
import NewExperimentView from './NewExperimentView.vue';
import PaperView from './PaperView.vue';
import QueueView from './QueueView.vue';
import RunsView from './RunsView.vue';
import SettingsView from './SettingsView.vue';

interface Shown {
  readonly icon: Component;
  readonly component: Component;
}

const shown: Readonly<Record<ViewPath, Shown>> = {
  '/new': { icon: SquarePen, component: NewExperimentView },
  '/live': { icon: Activity, component: LiveView },
  '/queue': { icon: ListOrdered, component: QueueView },
  '/runs': { icon: Rows3, component: RunsView },
  '/compare': { icon: ChartScatter, component: CompareView },
  '/paper': { icon: BookOpen, component: PaperView },
  '/data': { icon: Images, component: DataView },
  '/device': { icon: Cpu, component: DeviceView },
  '/settings': { icon: Settings, component: SettingsView },
};

/** The views of shared/views.ts, with what shows them; router and rail are derived from this. */
export const views: readonly (View & Shown)[] = known.map((view) => ({ ...view, ...shown[view.path] }));
