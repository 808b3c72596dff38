import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import { isSameGround } from '../../../shared/places.ts';
import type { PlaceId, SlurmSettings } from '../../../shared/places.ts';
import type { placeApi } from '../../../shared/requests/places.ts';
import type { ClusterRuns } from '../cluster/clusterRuns.ts';
import { isGroundConfirmed, requireConfirmed } from '../cluster/confirmedGrounds.ts';
import { isDistant, placeSettingsOf } from '../cluster/placeSettings.ts';
import { runAt } from '../cluster/runCommand.ts';
import { slurmCommands } from '../cluster/slurm.ts';
import type { Store } from '../store/index.ts';
import { doing } from './answering.ts';

export interface PlaceRequestParts {
  readonly store: Store;
  /** Null in a lab that only looks. */
  readonly cluster: ClusterRuns | null;
  readonly setPlace: (id: PlaceId, settings: SlurmSettings) => void;
  /** Between two looks into the folders of jobs, and between two times that those of a distant cluster are fetched. */
  readonly times: { readonly readEveryMs: number; readonly askEveryMs: number };
}

/** What the trainer of a job holds back, and then the lab: it writes at most every five seconds. */
const spoolDelayMs = 5000;

/** Asks the place's Slurm, where it may be asked. */
const versionOf = async (settings: SlurmSettings): Promise<string> => {
  requireConfirmed('slurm', settings);
  return slurmCommands(runAt(() => settings)).version();
};

/** Requests about where runs can be sent. */
export const placeRequests = ({ store, cluster, setPlace, times }: PlaceRequestParts): Requests<typeof placeApi> => ({
  places: async () => {
    const settings = placeSettingsOf(store, 'slurm');
    const found = await versionOf(settings).then(
      (version) => ({ version, problem: null }),
      (error: unknown) => ({ version: null, problem: error instanceof Error ? error.message : String(error) }),
    );
    const problem = cluster?.problem ?? found.problem;
    const delayMs = isDistant(settings) ? times.askEveryMs : times.readEveryMs;
    const isConfirmed = isGroundConfirmed('slurm', settings);
    return [{ id: 'slurm', ...found, problem, settings, isConfirmed, delayS: (delayMs + spoolDelayMs) / 1000 }];
  },
  changePlace: doing(({ id, settings }) => {
    const isAllowed = isSameGround(placeSettingsOf(store, id), settings) || isGroundConfirmed(id, settings);
    if (!isAllowed)
      throw new LabError(
        'PLACE_NOT_CONFIRMED',
        'Where a cluster is and what its shell runs is not changed by a page alone. Confirm it in the app, or use “esam-lab places set slurm”.',
      );
    setPlace(id, settings);
  }),
  testPlace: async () => {
    if (cluster === null)
      throw new LabError('PLACE_UNAVAILABLE', 'This lab only looks at the workspace; open it to send jobs.');
    return cluster.test();
  },
});
