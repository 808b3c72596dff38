import { LabError } from '../../shared/errors.ts';
import type { Lab, LabOptions } from '../lab/lab.ts';
import { nodeTrainers } from '../lab/trainers.ts';
import type { Locations } from './locations.ts';
import { labVersionOf } from './locations.ts';
import { say } from './say.ts';
import { withGuests } from './guests.ts';

export { print, say } from './say.ts';

/** The lab is loaded only when a command opens one: help and wrong usage need none of it. */
const labService = () => import('../lab/service.ts');

/** What every command is told. */
export interface Settings {
  readonly workspaceFolder: string;
  /** Only JSON on stdout. */
  readonly json: boolean;
  readonly locations: Locations;
  /** The command that was called, such as "run". */
  readonly command: string;
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
  changes: Parameters<typeof openLabFor>[2] = {},
): Promise<T> => during(await openLabFor(settings, trains, changes), (lab) => withGuests(lab, work));

/**
 * The same for what only looks: it never waits for whoever works in the workspace, and the workspace may be one that cannot be written.
 * @throws LabError WORKSPACE_* where there is nothing to look at, and whatever the work throws.
 */
export const withView = async <T>(settings: Settings, work: (lab: Lab) => Promise<T>): Promise<T> =>
  during(await openView(settings), work);

/**
 * The same for what changes the workspace: the lab that has it open does it, where there is one, and trains what it is asked for in its turn.
 * @throws LabError WORKSPACE_* where neither can be, or where that lab ends before the work does; and whatever the work throws.
 */
export const withOwner = <T>(settings: Settings, work: (lab: Lab) => Promise<T>): Promise<T> =>
  unlessOpenElsewhere(settings, () => withLab(settings, 'own', work), work);

/**
 * Does the work here, or has the lab do it that has the workspace open.
 * @throws LabError as `withOwner` does.
 */
export const unlessOpenElsewhere = async <T>(
  settings: Settings,
  here: () => Promise<T>,
  there: (lab: Lab) => Promise<T>,
): Promise<T> => {
  try {
    return await here();
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'WORKSPACE_BUSY') throw error;
    const { askNeighbour } = await import('../lab/neighbour.ts');
    const neighbour = await askNeighbour(settings.workspaceFolder, labVersionOf(settings.locations));
    if (neighbour === null) return here(); // whoever had it may have ended meanwhile
    say(`The workspace is open in ${neighbour.who}, which does this.`);
    const ended = neighbour.gone.then((gone): never => {
      throw gone;
    });
    return during(neighbour.lab, (lab) => Promise.race([there(lab), ended]));
  }
};

const during = async <T>(lab: Lab, work: (lab: Lab) => Promise<T>): Promise<T> => {
  try {
    const { startNotices } = await lab.workspace({});
    for (const notice of [...startNotices, ...(await lab.leftOut({}))]) say(notice);
    return await work(lab);
  } finally {
    await lab.close();
  }
};

const openView = async (settings: Settings): Promise<Lab> => {
  const { openLab, openLabToRead } = await labService();
  try {
    return await openLab({ ...optionsFor(settings, 'own'), holder: holderOf(settings, true) });
  } catch (error) {
    const isInTheWay = error instanceof LabError && ['WORKSPACE_BUSY', 'WORKSPACE_UNWRITABLE'].includes(error.code);
    if (!isInTheWay) throw error;
    return openLabToRead(optionsFor(settings, 'own'), error);
  }
};

/** @throws LabError WORKSPACE_*; the caller closes the lab. */
export const openLabFor = async (
  settings: Settings,
  trains: 'own' | 'all',
  changes: Pick<Partial<LabOptions>, 'installRuntimeOnStart' | 'startNotices' | 'awaitsStart'> = {},
): Promise<Lab> => (await labService()).openLab({ ...optionsFor(settings, trains), ...changes });

const holderOf = ({ command }: Settings, isBrief: boolean) => ({ does: `esam-lab ${command}`.trim(), isBrief });

const optionsFor = (settings: Settings, trains: 'own' | 'all'): LabOptions => {
  const { locations, workspaceFolder } = settings;
  return {
    workspaceFolder,
    launcher: nodeTrainers(locations.trainerEntry),
    labVersion: labVersionOf(locations),
    presetsFolder: locations.presetsFolder,
    paperFolder: locations.paperFolder,
    examplesFolder: locations.examplesFolder,
    migrationsFolder: locations.migrationsFolder,
    electronVersion: null,
    notices: [],
    installRuntimeOnStart: false,
    trainsOnlyOwnRuns: trains === 'own',
    holder: holderOf(settings, false),
  };
};
