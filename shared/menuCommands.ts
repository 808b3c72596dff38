interface MenuCommandTexts {
  readonly name: string;
  /** In the native menu, where what stands above it says the rest. */
  readonly inMenu?: string;
  /** Keys of the page that do it too, as Electron writes them. */
  readonly keys?: string;
}

/** What can be done from anywhere: the native menu and the command palette are made of it, and the sheet of keys. */
export const menuCommands = {
  importData: { name: 'Import data…' },
  importRuns: { name: 'Import runs…' },
  exportTable: { name: 'Save the table of Compare', inMenu: 'Table of Compare', keys: 'CmdOrCtrl+E' },
  exportRuns: { name: 'Export all runs as a bundle…', inMenu: 'All runs as a bundle…' },
  find: { name: 'Find in this view', keys: 'CmdOrCtrl+F' },
  commands: { name: 'Commands, views and runs…', keys: 'CmdOrCtrl+K' },
  queueForm: { name: 'Queue the runs of the form', keys: 'CmdOrCtrl+Enter' },
  quick: { name: 'Run the quick comparison' },
  useRuns: { name: 'Use the open or chosen runs as new experiment', inMenu: 'Use as new experiment' },
  resumeRuns: { name: 'Resume the open or chosen runs', inMenu: 'Resume' },
  repeatRuns: { name: 'Repeat the open or chosen runs', inMenu: 'Repeat' },
  compareRuns: { name: 'Compare the open or chosen runs', inMenu: 'Compare' },
  removeRuns: { name: 'Delete the open or chosen runs', inMenu: 'Delete' },
  starRuns: { name: 'Star the open or chosen runs, or take the star off', inMenu: 'Star, or take the star off' },
  archiveRuns: {
    name: 'Archive the open or chosen runs, or take them out',
    inMenu: 'Archive, or take out of the archive',
  },
  startQueue: { name: 'Start queue' },
  pauseQueue: { name: 'Pause queue' },
  stopAfterEpoch: { name: 'Stop the running run after this epoch' },
  stopNow: { name: 'Stop the running run now' },
  selfTest: { name: 'Run the self-test' },
  logs: { name: 'Open logs' },
  diagnostics: { name: 'Copy diagnostics' },
  keys: { name: 'Keys' },
} satisfies Readonly<Record<string, MenuCommandTexts>>;
export type MenuCommand = keyof typeof menuCommands;

export const menuTexts = (id: MenuCommand): MenuCommandTexts => menuCommands[id];
