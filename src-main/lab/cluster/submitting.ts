import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import type { PlaceId, SlurmSettings } from '../../../shared/places.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { Store } from '../store/index.ts';
import { begunIn, numberIn } from './jobFolder.ts';
import type { Assignment } from './jobFolder.ts';
import type { Site } from './site.ts';
import type { SlurmCommands } from './slurm.ts';
import { StillUnderWay } from './soon.ts';
import type { soonOf } from './soon.ts';
import { newSubmission, submissionName, writeSubmission } from './submission.ts';
import type { Task } from './submission.ts';

export interface SubmittingParts {
  readonly place: PlaceId;
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  readonly commands: SlurmCommands;
  readonly settings: () => SlurmSettings;
  readonly site: () => Site;
  /** Waits a moment for what a site does, which may take an hour. @throws StillUnderWay */
  readonly soon: ReturnType<typeof soonOf>;
  /** The runs that wait for this place and may begin. */
  readonly waiting: () => readonly RunSummary[];
  /** @throws LabError ENGINE_* if the engine is not there (then the place waits), any other if the run cannot start (then it fails). */
  readonly assign: (run: RunSummary, usesEngineHere: boolean) => Promise<Omit<Assignment, 'given'>>;
  /** These runs are in another state, or their jobs are: not more than `mostTold` at once, that nobody waits for them. */
  readonly onChanged: (runIds: readonly RunId[]) => void;
  /** The queue is another one, for which whoever hears of it reads all of it. */
  readonly onQueueChanged: () => void;
}

export const mostTold = 100;
/** Slurm's limits differ; more than this in one answer helps nobody. */
const mostTasks = 1000;
const holdingCodes: readonly string[] = [
  ...['ENGINE_MISSING', 'ENGINE_BROKEN', 'WORKSPACE_UNWRITABLE', 'PLACE_UNAVAILABLE', 'PLACE_REFUSED'],
];

/**
 * A lab that was killed while it submitted does not know whether the cluster took it: that is looked for before it is done again, where the
 * cluster remembers it, and where its tasks have left word. Submitted again is only what has not begun and never can: without its folder
 * even a command to submit it that outlived the lab has nothing to start.
 * @throws LabError PLACE_UNAVAILABLE where it cannot be told at present.
 */
export const findLost = async ({ store, commands, site }: SubmittingParts): Promise<void> => {
  const lost = new Set(store.read.liveJobs().flatMap(({ jobId, submission }) => (jobId === null ? [submission] : [])));
  for (const submission of lost) {
    const name = submissionName(submission);
    const found = (await commands.find(name)) ?? numberIn(submission) ?? (await commands.findEnded(name));
    if (found !== null) {
      store.write.jobs.named(submission, found);
      continue;
    }
    if (begunIn(new Set([submission])).size > 0) continue; // its number is shown late
    if (!existsSync(dirname(submission)))
      throw new LabError(
        'PLACE_UNAVAILABLE',
        `The lab was ended while it submitted runs, and cannot see whether they have trained: ${dirname(submission)} is not there. It submits nothing until that folder is back.`,
      );
    await site().remove(submission);
    store.write.jobs.refused(submission);
  }
};

/**
 * Submits the runs that wait, in arrays as large as the cluster allows.
 * @param goesOn - asked between two of them.
 * @returns what the rest waits for, which is under way; null: for nothing.
 */
export const submitWaiting = async (parts: SubmittingParts, goesOn: () => boolean): Promise<string | null> => {
  const { store, waiting, commands, settings } = parts;
  const live = new Set(store.read.liveJobs().map(({ runId }) => runId));
  const runs = waiting().filter(({ id }) => !live.has(id));
  if (runs.length === 0) return null;
  const most = Math.min(mostTasks, await commands.mostTasks());
  try {
    for (let from = 0; from < runs.length && goesOn(); from += most) await submit(parts, runs.slice(from, from + most));
    return null;
  } catch (error) {
    if (!(error instanceof StillUnderWay)) throw error;
    return `The lab, its engine and data sets are being brought to ${settings().host ?? 'the cluster'}; runs are submitted when they are there.`;
  }
};

const submit = async (parts: SubmittingParts, runs: readonly RunSummary[]): Promise<void> => {
  const { place, store, commands, settings, onChanged, onQueueChanged, waiting } = parts;
  const site = parts.site();
  const program = await parts.soon('program', () => site.program());
  const tasks: Task[] = [];
  for (const run of runs) {
    const task = await taskOf(parts, run, site);
    if (task !== null) tasks.push(task);
  }
  if (tasks.length === 0) return;
  const submission = newSubmission(site.folder());
  const wanted = settings();
  // Arrays one after the other: so the limit holds over all of them, and without the lab.
  const after = wanted.atOnce === null ? null : lastArray(store);
  const there = (path: string): string => site.there(path);
  const order = await writeSubmission(submission, tasks, { settings: wanted, program, there, after });
  await site.send([submission]);
  const still = new Set(waiting().map(({ id }) => id));
  const runIds = tasks.map(({ assignment }) => assignment.runId);
  if (!runIds.every((id) => still.has(id))) {
    await site.remove(submission); // cancelled or paused meanwhile: the next look makes it anew
    return;
  }
  store.write.jobs.submit(place, submission, runIds);
  try {
    store.write.jobs.named(submission, await commands.submit(order));
  } catch (error) {
    // Where it does not answer, it may have taken it nevertheless: that is asked when it does.
    if (error instanceof LabError && error.code === 'PLACE_REFUSED') {
      store.write.jobs.refused(submission);
      await site.remove(submission);
    }
    throw error;
  }
  for (let from = 0; from < runIds.length; from += mostTold) {
    onChanged(runIds.slice(from, from + mostTold));
    await setImmediate();
  }
  onQueueChanged();
};

/** @returns null where the run cannot start, which is said. */
const taskOf = async (
  { store, checkpoints, assign, soon, onChanged, onQueueChanged }: SubmittingParts,
  run: RunSummary,
  site: Site,
): Promise<Task | null> => {
  try {
    const assigned = await assign(run, site.usesEngineHere);
    const kept = store.read.checkpoints(run.id).slice(0, 2);
    const given = kept.map((checkpoint) => ({ checkpoint, path: checkpoints.pathOf(run.id, checkpoint.fileName) }));
    return { assignment: await soon(`run ${run.id}`, () => site.equip({ ...assigned, given: kept })), given };
  } catch (error) {
    if (!(error instanceof LabError) || holdingCodes.includes(error.code)) throw error;
    store.write.refuse(run.id, error.message);
    onChanged([run.id]);
    onQueueChanged();
    return null;
  }
};

const lastArray = ({ read }: Store): string | null => {
  const arrays = read.liveJobs().flatMap(({ jobId }) => (jobId === null ? [] : [Number(jobId)]));
  return arrays.length === 0 ? null : String(Math.max(...arrays));
};
