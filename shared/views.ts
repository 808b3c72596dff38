export interface View {
  readonly path: string;
  readonly name: string;
  /** In the native menu, as Electron writes them. */
  readonly keys?: string;
}

const listed = [
  { path: '/new', name: 'New experiment', keys: 'CmdOrCtrl+N' },
  { path: '/live', name: 'Live' },
  { path: '/queue', name: 'Queue' },
  { path: '/runs', name: 'Runs' },
  { path: '/compare', name: 'Compare' },
  { path: '/paper', name: 'Paper' },
  { path: '/data', name: 'Data' },
  { path: '/device', name: 'Device' },
  { path: '/settings', name: 'Settings', keys: 'CmdOrCtrl+,' },
] as const satisfies readonly View[];
export type ViewPath = (typeof listed)[number]['path'];

/** The views, in the order of the rail and of the keys 1, 2, … that open them; what shows them is in src-renderer/views. */
export const views: readonly (View & { readonly path: ViewPath })[] = listed.map((view, index) => ({
  keys: `CmdOrCtrl+${index + 1}`,
  ...view,
}));
