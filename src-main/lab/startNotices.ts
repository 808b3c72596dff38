import { nameOfMethod } from '../../shared/method.ts';
import { countText } from '../../shared/numberText.ts';
import type { CheckpointFile, RunSummary } from '../../shared/run.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Store } from './store/index.ts';

/** Ends the runs that a former lab left running, and says in a sentence each what happened. Jobs on a cluster go on without a lab. */
export const interruptLeftRuns = ({ read, write }: Store, checkpoints: Checkpoints): string[] => {
  const elsewhere = new Set(read.liveJobs().map(({ runId }) => runId));
  const left = read.runs.running().filter(({ id }) => !elsewhere.has(id));
  return left.map((run) => {
    checkpoints.removeUnfinished(run.id);
    const reason = `The lab ended unexpectedly while it was running; ${countText(run.epochsDone)} of ${countText(run.config.epochs)} epochs are kept.`;
    write.end(run.id, 'interrupted', reason);
    return `Run ${run.id} (${nameOf(run)}) was interrupted. ${reason} ${wayOn(read.checkpoints(run.id))}`;
  });
};

const wayOn = ([newest]: readonly CheckpointFile[]): string =>
  newest === undefined
    ? 'It left no checkpoint; "Resume" begins it again.'
    : `"Resume" goes on after ${newest.epochStep === 0 ? `epoch ${newest.epoch}` : `step ${newest.epochStep} of epoch ${newest.epoch + 1}`}.`;

const nameOf = ({ config, experimentName }: RunSummary): string =>
  `${nameOfMethod(config.optimizer)}, seed ${config.seed}, of "${experimentName}"`;
