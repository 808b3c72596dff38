import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { trainJob } from '../../../shared/jobs/train.ts';
import type { TrainingEvent, TrainInput } from '../../../shared/jobs/train.ts';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { JobProcess } from '../jobs/jobProcess.ts';
import type { JobLimits } from '../jobs/jobProcess.ts';
import type { TrainerLauncher } from '../trainers.ts';
import { keptCheckpoints } from '../keptCheckpoints.ts';
import {
  assignmentSchema,
  attemptFolderOf,
  claimAttempt,
  isSuperseded,
  jobFolderNames,
  spoolOf,
  stopWishOf,
} from './jobFolder.ts';
import type { Assignment } from './jobFolder.ts';
import { goesOnFrom, hasEnded } from './formerAttempts.ts';
import type { KeptCheckpoint } from './formerAttempts.ts';
import { progressCollector } from './progressCollector.ts';
import { SpoolWriter } from './spool.ts';

export interface AttemptParts {
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  /** How often it looks whether it is to stop. */
  readonly lookEveryMs: number;
  /** How long the end of a run waits for a disk that does not take it. */
  readonly lastWordsMs: number;
}

export interface RunningAttempt {
  /**
   * Keeps a checkpoint and ends, to go on in another attempt.
   * @param goesBack - into the cluster's queue, by itself.
   */
  leave(reason: string, goesBack: boolean): void;
  /** Resolves when the trainer is gone. */
  readonly ended: Promise<{ readonly goesBack: boolean }>;
}

/**
 * Trains what a task's folder says, as a lab would: in a trainer process that it watches, whose events it takes, into the spool instead of
 * the store. Needs nothing but files.
 * @returns null where a former attempt came to the run's end.
 * @throws LabError or Error where the assignment or the data set is not what it should be.
 */
export const beginAttempt = (taskFolder: string, parts: AttemptParts): RunningAttempt | null => {
  const assignment = assignmentSchema.parse(
    JSON.parse(readRegular(join(taskFolder, jobFolderNames.assignment)).toString('utf8')),
  );
  const attempt = claimAttempt(taskFolder);
  if (hasEnded(taskFolder, attempt)) return null;
  const spool = new SpoolWriter(spoolOf(taskFolder, attempt));
  const resumeFrom = goesOnFrom(taskFolder, attempt, assignment);
  spool.append({ kind: 'began', at: new Date().toISOString(), host: hostname(), isResuming: resumeFrom.length > 0 });
  try {
    requireSameData(assignment);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { code, message } = error;
    spool.append({ kind: 'event', event: { type: 'failed', code, message }, nonFinite: [] });
    throw error;
  }
  return attemptOf(taskFolder, attempt, inputOf(assignment, taskFolder, attempt, resumeFrom), spool, parts);
};

const inputOf = (
  { given: _, checkpointEveryMs, ...assigned }: Assignment,
  taskFolder: string,
  attempt: number,
  resumeFrom: readonly KeptCheckpoint[],
): TrainInput => ({
  ...assigned,
  checkpoints: {
    folder: join(attemptFolderOf(taskFolder, attempt), jobFolderNames.checkpoints),
    everyMs: checkpointEveryMs,
    resumeFrom: resumeFrom.map(({ path, sha256 }) => ({ path, sha256 })),
  },
});

/** The data set that this node sees must be the one that the lab meant. */
const requireSameData = ({ dataset, datasetFolder }: Assignment): void => {
  const file = join(datasetFolder, 'dataset.json');
  if (!existsSync(file))
    throw new LabError(
      'DATASET_NOT_FOUND',
      `The node ${hostname()} does not see the data set "${dataset.id}" at ${datasetFolder}. Keep the workspace on a disk that lab and nodes share.`,
    );
  const seen: unknown = JSON.parse(readRegular(file).toString('utf8'));
  const sha256 = typeof seen === 'object' && seen !== null && 'sha256' in seen ? seen.sha256 : null;
  if (sha256 !== dataset.sha256)
    throw new LabError(
      'DATASET_CORRUPT',
      `The data set "${dataset.id}" that the node ${hostname()} sees is another one than the run was queued with. Queue the run again.`,
    );
};

const attemptOf = (
  taskFolder: string,
  attempt: number,
  input: TrainInput,
  spool: SpoolWriter,
  { launcher, limits, lookEveryMs, lastWordsMs }: AttemptParts,
): RunningAttempt => {
  let leaving: string | null = null;
  let isWantedBack = false;
  let outcome: 'ended' | 'left' | 'superseded' = 'ended';
  let stopping: 'now' | 'after-epoch' | null = null;
  const keep = keeper(attemptFolderOf(taskFolder, attempt), spool);
  const collect = progressCollector((event, nonFinite) => spool.append({ kind: 'event', event, nonFinite }));
  const job = new JobProcess<TrainInput, TrainingEvent>(trainJob, input, {
    ...{ launcher, limits, device: input.config.device },
    onEvent: (event, nonFinite) => {
      if (outcome === 'superseded') return;
      if (event.type === 'progress') return collect.add(event, nonFinite);
      collect.flush();
      if (event.type === 'stopped' && leaving !== null && stopping !== 'now') {
        outcome = 'left';
        return spool.append({ kind: 'left', reason: leaving });
      }
      spool.append({ kind: 'event', event, nonFinite: [...nonFinite] });
      keep(event);
    },
    onBreak: (how) => {
      if (outcome === 'superseded') return;
      collect.flush();
      if (leaving !== null && how.cause === 'stopped before its start') {
        outcome = 'left';
        return spool.append({ kind: 'left', reason: leaving });
      }
      spool.append({ kind: 'broke', how });
    },
  });
  const leave: RunningAttempt['leave'] = (reason, goesBack) => {
    isWantedBack ||= goesBack;
    if (leaving !== null) return;
    leaving = reason;
    job.stop('now');
  };
  const look = setInterval(() => {
    spool.flush();
    if (isSuperseded(taskFolder, attempt)) {
      outcome = 'superseded';
      return job.cancel('A newer attempt of the same run has begun.');
    }
    const wish = stopWishOf(taskFolder);
    if (wish === null || wish.when === stopping) return;
    if (wish.when === 'requeue') {
      if (wish.attempt === attempt) leave('You sent it back into the cluster’s queue.', true);
      return;
    }
    stopping = wish.when;
    job.stop(wish.when);
  }, lookEveryMs);
  return {
    leave,
    ended: job.closed.then(async () => {
      clearInterval(look);
      await lastWords(spool, lastWordsMs);
      spool.close();
      return { goesBack: outcome === 'left' && isWantedBack };
    }),
  };
};

/** Removes the checkpoints that the lab would not keep either, so that a job of days fills no disk. */
const keeper = (attemptFolder: string, spool: SpoolWriter) => {
  let kept: readonly Extract<TrainingEvent, { type: 'checkpointed' }>['checkpoint'][] = [];
  let best: { readonly epoch: number; readonly accuracy: number } | null = null;
  return (event: TrainingEvent): void => {
    if (event.type === 'epochFinished') {
      const { epoch, testAccuracy } = event.metrics;
      if (testAccuracy > (best?.accuracy ?? -1)) best = { epoch, accuracy: testAccuracy };
    }
    if (event.type !== 'checkpointed') return;
    const all = [event.checkpoint, ...kept];
    kept = keptCheckpoints(all, best?.epoch ?? null);
    const fileNames = all.filter((each) => !kept.includes(each)).map(({ fileName }) => fileName);
    if (fileNames.length === 0) return;
    spool.append({ kind: 'dropped', fileNames });
    for (const name of fileNames) remove('checkpoint', attemptFolder, jobFolderNames.checkpoints, name);
  };
};

const retryMs = 1000;

/** Waits until the disk has taken everything. */
const lastWords = async (spool: SpoolWriter, limitMs: number): Promise<void> => {
  const until = performance.now() + limitMs;
  for (let problem = spool.flush(); problem !== null; problem = spool.flush()) {
    console.error(`The end of the run cannot be written yet: ${problem}`);
    if (performance.now() > until) return;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
};
