import type { Lab } from '../lab/service.ts';
import { openLab } from '../lab/service.ts';
import { nodeTrainers } from '../lab/trainers.ts';
import type { Locations } from './locations.ts';
import { labVersionOf } from './locations.ts';
import { terminalText } from './terminalText.ts';

/** What every command is told. */
export interface Settings {
  readonly workspaceFolder: string;
  /** Only JSON on stdout. */
  readonly json: boolean;
  readonly locations: Locations;
}

/**
 * Opens the workspace, does the work, and closes it, whatever happens.
 * @param trains - which runs may train meanwhile: those that the work enqueues, or all that wait.
 * @throws LabError WORKSPACE_* and whatever the work throws.
 */
export const withLab = async <T>(
  settings: Settings,
  trains: 'own' | 'all',
  work: (lab: Lab) => Promise<T>,
): Promise<T> => {
  const lab = await openLabFor(settings, trains);
  try {
    for (const notice of (await lab.workspace({})).startNotices) say(notice);
    return await work(lab);
  } finally {
    await lab.close();
  }
};

/** @throws LabError WORKSPACE_*; the caller closes the lab. */
export const openLabFor = (
  { locations, workspaceFolder }: Settings,
  trains: 'own' | 'all',
  { installRuntimeOnStart = false } = {},
): Promise<Lab> =>
  openLab({
    workspaceFolder,
    launcher: nodeTrainers(locations.trainerEntry),
    labVersion: labVersionOf(locations),
    presetsFolder: locations.presetsFolder,
    paperFolder: locations.paperFolder,
    migrationsFolder: locations.migrationsFolder,
    electronVersion: null,
    notices: [],
    installRuntimeOnStart,
    trainsOnlyOwnRuns: trains === 'own',
  });

/** A line for a person; never on stdout, which belongs to results. */
export const say = (text: string): void => void process.stderr.write(`${terminalText(text)}\n`);

/** A result on stdout. Waits until it is written: the process exits soon after. */
export const print = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(`${terminalText(text)}\n`, () => resolve()));
