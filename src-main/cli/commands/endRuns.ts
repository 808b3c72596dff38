import { counted } from '../../../shared/counted.ts';
import { jobText } from '../../../shared/places.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';

export interface EndOptions {
  /** Runs under way, here or on a cluster. */
  readonly stop: readonly RunId[];
  readonly afterEpoch: boolean;
  /** Runs that wait, here or in a cluster's queue. */
  readonly cancel: readonly RunId[];
  /** Runs that have a job on a cluster. */
  readonly requeue: readonly RunId[];
  /** Runs that were cut short. */
  readonly markFailed: readonly RunId[];
}

/** `queue --stop`, `--cancel`, `--requeue`, `--mark-failed`: ends runs, wherever they train, or sends them back; whoever has the workspace open does it. */
export const endRuns = async (
  settings: Settings,
  { stop, afterEpoch, cancel, requeue, markFailed }: EndOptions,
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const { begun } = cancel.length > 0 ? await lab.cancelRuns({ runIds: [...cancel] }) : { begun: [] };
    if (begun.length > 0) say(`Not taken out of the queue, for it has begun: run ${begun.join(', ')}. --stop ends it.`);
    if (markFailed.length > 0) await lab.markFailed({ runIds: [...markFailed] });
    if (requeue.length > 0) await lab.requeueRuns({ runIds: [...requeue] });
    for (const runId of stop) await lab.stopRun({ runId, when: afterEpoch ? 'after-epoch' : 'now' });
    const cancelled = cancel.filter((id) => !begun.includes(id));
    const details = await Promise.all(
      [...cancelled, ...markFailed, ...requeue, ...stop].map((runId) => lab.run({ runId })),
    );
    const runs = details.map(({ run }) => run);
    const { placeProblem, placePreparing } = await lab.queue({});
    const held = placeProblem ?? placePreparing ?? null;
    await print(settings.json ? JSON.stringify({ runs }) : runs.map((run) => lineOf(run, held)).join('\n'));
    return begun.length > 0 ? exitCodes.failed : exitCodes.done;
  });

/** What becomes of it, for a run under way needs its time to keep a checkpoint. @param held - why nothing is submitted at present. */
const lineOf = (run: RunSummary, held: string | null): string => {
  const where = run.job === null ? '' : ` (${jobText(run.job)})`;
  if (run.endedAt !== null) return `Run ${run.id}: ${run.state} after ${counted(run.epochsDone, 'epoch')}.`;
  if (run.stopRequested !== null)
    return run.stopRequested === 'after-epoch'
      ? `Run ${run.id} stops after this epoch${where}.`
      : `Run ${run.id} stops now, and keeps a checkpoint${where}.`;
  if (run.state === 'running')
    return `Run ${run.id} keeps a checkpoint, and goes back into the cluster’s queue${where}.`;
  if (run.job !== null) return `Run ${run.id} was submitted anew${where}.`;
  return `Run ${run.id} waits in the lab’s queue, to be submitted anew${held === null ? '.' : `: ${held}`}`;
};
