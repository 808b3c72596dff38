import { Activity, BookOpen, ChartScatter, Cpu, Images, ListOrdered, Rows3, Settings, SquarePen } from '@lucide/vue';
import type { Component } from 'vue';
import CompareView from './CompareView.vue';
import DataView from './DataView.vue';
import DeviceView from './DeviceView.vue';
import LiveView from './LiveView.vue';
import NewExperimentView from './NewExperimentView.vue';
import PaperView from './PaperView.vue';
import QueueView from './QueueView.vue';
import RunsView from './RunsView.vue';
import SettingsView from './SettingsView.vue';

export interface View {
  readonly path: string;
  readonly name: string;
  readonly icon: Component;
  readonly component: Component;
}

/** The views, in the order of the rail and of the keys 1, 2, … that open them; router and rail are derived from this. */
export const views: readonly View[] = [
  { path: '/new', name: 'New experiment', icon: SquarePen, component: NewExperimentView },
  { path: '/live', name: 'Live', icon: Activity, component: LiveView },
  { path: '/queue', name: 'Queue', icon: ListOrdered, component: QueueView },
  { path: '/runs', name: 'Runs', icon: Rows3, component: RunsView },
  { path: '/compare', name: 'Compare', icon: ChartScatter, component: CompareView },
  { path: '/paper', name: 'Paper', icon: BookOpen, component: PaperView },
  { path: '/data', name: 'Data', icon: Images, component: DataView },
  { path: '/device', name: 'Device', icon: Cpu, component: DeviceView },
  { path: '/settings', name: 'Settings', icon: Settings, component: SettingsView },
];
