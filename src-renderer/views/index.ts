import { Activity, ChartScatter, Cpu, Images, Rows3, SquarePen } from '@lucide/vue';

/** The views of the rail; the keys 1–6 open them in this order. */
export const views = [
  { path: '/new', name: 'New experiment', icon: SquarePen },
  { path: '/live', name: 'Live', icon: Activity },
  { path: '/runs', name: 'Runs', icon: Rows3 },
  { path: '/compare', name: 'Compare', icon: ChartScatter },
  { path: '/data', name: 'Data', icon: Images },
  { path: '/device', name: 'Device', icon: Cpu },
] as const;
