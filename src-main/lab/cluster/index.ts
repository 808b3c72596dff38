import { join, resolve } from 'node:path';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { LabOptions } from '../lab.ts';
import type { RunQueue } from '../queue.ts';
import type { Store } from '../store/index.ts';
import { ClusterRuns } from './clusterRuns.ts';
import { requireConfirmed } from './confirmedGrounds.ts';
import { distantSite } from './distantSite.ts';
import { isDistant, placeSettingsOf } from './placeSettings.ts';
import type { Assignment } from './jobFolder.ts';
import { runAt } from './runCommand.ts';
import { sharedSite } from './sharedSite.ts';
import { slurmCommands } from './slurm.ts';
import { soonOf } from './soon.ts';

/** Two questions a minute; what a job measured is seen within the time of two looks. */
export const clusterTimes = { readEveryMs: 5000, askEveryMs: 30_000 } as const;

/** Jobs get their folders there unless the place's settings name another one. */
const clusterFolderName = 'cluster';

interface Parts {
  readonly options: LabOptions;
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  readonly queue: RunQueue;
  readonly emit: (event: LabEvent) => void;
  readonly onProblem: (problem: string | null) => void;
  /** @param usesEngineHere - jobs have this machine's. */
  readonly assign: (
    run: RunSummary,
    usesEngineHere: boolean,
  ) => Promise<Omit<Assignment, 'given' | 'checkpointEveryMs'>>;
}

/** The runs that the lab has on a Slurm cluster. */
export const clusterOf = ({ options, store, checkpoints, queue, emit, onProblem, assign }: Parts): ClusterRuns => {
  const settings = (): SlurmSettings => {
    const wanted = placeSettingsOf(store, 'slurm');
    requireConfirmed('slurm', wanted);
    return wanted;
  };
  const run = runAt(settings);
  const own = join(resolve(options.workspaceFolder), clusterFolderName);
  const shared = sharedSite(settings, own);
  const distant = distantSite(settings, own, run);
  return new ClusterRuns({
    ...{ store, checkpoints, settings, ...(options.clusterTimes ?? clusterTimes) },
    place: 'slurm',
    soon: soonOf(),
    commands: slurmCommands(run),
    site: () => (isDistant(settings()) ? distant : shared),
    waiting: () => queue.waitingFor('slurm'),
    assign: async (...wanted) => ({
      ...(await assign(...wanted)),
      checkpointEveryMs: options.checkpointEveryMs ?? 600_000,
    }),
    onStored: (runId, events) => {
      for (const event of events) {
        if (event.type === 'started' || event.type === 'resumed') emit({ type: 'trainingBegan', runId });
        if (event.type === 'progress') emit({ ...event, type: 'progressed', runId });
        if (event.type === 'epochFinished') emit({ type: 'epochFinished', runId, metrics: event.metrics });
        if (event.type === 'logged') emit({ type: 'logged', runId, line: event.line });
      }
    },
    onChanged: (runIds) => {
      for (const run of store.read.runs.some(runIds)) emit({ type: 'runChanged', run });
    },
    onQueueChanged: () => queue.tell(),
    onProblem: (problem) => {
      onProblem(problem);
      queue.tell();
    },
    onPreparing: () => queue.tell(),
  });
};
