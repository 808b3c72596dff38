import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { TrainingEvent } from '../../../shared/jobs/train.ts';
import type { LogLine, RunId } from '../../../shared/run.ts';
import { writeWhole } from '../../files/writeWhole.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import { FollowedTask } from './followedTask.ts';
import { jobFolderNames, taskFolderOf } from './jobFolder.ts';
import type { StopWish } from './jobFolder.ts';
import { acknowledge, marksIn } from './submissionFolders.ts';
import { mostTold } from './submitting.ts';
import type { SubmittingParts } from './submitting.ts';

export interface KnownJobsParts extends SubmittingParts {
  /** Hears of events that the store holds. */
  readonly onStored: (runId: RunId, events: readonly TrainingEvent[]) => void;
}

const tellEveryMs = 1000;

/** What the lab keeps in mind of its live jobs from one look to the next, and writes into their folders. */
export class KnownJobs {
  readonly #parts: KnownJobsParts;
  readonly #tasks = new Map<RunId, FollowedTask>();
  /** Of jobs that the cluster says are over, or does not know: how often it was asked since. */
  readonly #overFor = new Map<RunId, number>();
  /** Runs that are another way than was told. */
  readonly #changed = new Set<RunId>();
  #isQueueTold = true;
  #toldAt = -Infinity;
  /** Files of the lab's that are still to be brought there; null: it is not known which. */
  #unsent: Set<string> | null = null;

  constructor(parts: KnownJobsParts) {
    this.#parts = parts;
  }

  /** What is known of the run's task; null where it has told nothing since the lab was opened. */
  taskOf(runId: RunId): FollowedTask | null {
    return this.#tasks.get(runId) ?? null;
  }

  follow(job: LiveJob): FollowedTask {
    const { store, checkpoints, place, onStored } = this.#parts;
    const onTold = (events: readonly TrainingEvent[]): void => onStored(job.runId, events);
    const task = this.#tasks.get(job.runId) ?? new FollowedTask(job, { store, checkpoints, place, onStored: onTold });
    this.#tasks.set(job.runId, task);
    return task;
  }

  /** The store knows how far it is, better than what is known here. */
  forget(runId: RunId): void {
    this.#tasks.delete(runId);
  }

  /** The cluster says, or does not say, that the run's job is over. */
  seen(runId: RunId, isOver: boolean): void {
    if (isOver) this.#overFor.set(runId, this.overFor(runId) + 1);
    else this.#overFor.delete(runId);
  }

  overFor(runId: RunId): number {
    return this.#overFor.get(runId) ?? 0;
  }

  over(jobs: readonly LiveJob[]): void {
    this.#parts.store.write.jobs.over(jobs.map(({ runId }) => runId));
    this.letGo(jobs);
  }

  /** Nothing more is wanted of these jobs. */
  letGo(jobs: readonly LiveJob[]): void {
    for (const [submission, ended] of groupedBy(jobs, ({ submission }) => submission)) {
      acknowledge(
        submission,
        ended.map(({ task }) => task),
      );
      this.#unsent?.add(join(submission, jobFolderNames.collected));
    }
    for (const { runId } of jobs) {
      this.#tasks.delete(runId);
      this.#overFor.delete(runId);
    }
  }

  /** Tells a job how it is to end. */
  async wish({ submission, task }: LiveJob, wish: StopWish): Promise<void> {
    const file = join(taskFolderOf(submission, task), jobFolderNames.stop);
    await writeWhole(file, JSON.stringify(wish));
    this.#unsent?.add(file);
  }

  /** Brings there what the lab has written for jobs, since the last time, or since nobody knows when. */
  async sendMarks(): Promise<void> {
    const { store, site } = this.#parts;
    const wishes = (): string[] =>
      store.read.liveJobs().map(({ submission, task }) => join(taskFolderOf(submission, task), jobFolderNames.stop));
    const all = [...(this.#unsent ?? [...marksIn(site().folder()), ...wishes()])];
    this.#unsent = new Set();
    try {
      await site().send(all.filter((path) => existsSync(path)));
    } catch (error) {
      this.#unsent = null;
      throw error;
    }
  }

  /** Of another run and of the queue it is told once a second, of many runs in between. */
  note(runId: RunId): void {
    this.#changed.add(runId);
    this.#isQueueTold = false;
    if (performance.now() - this.#toldAt > tellEveryMs) this.tellChanged();
    else if (this.#changed.size >= mostTold) this.#tellRuns();
  }

  tellChanged(): void {
    this.#tellRuns();
    if (this.#isQueueTold) return;
    this.#isQueueTold = true;
    this.#toldAt = performance.now();
    this.#parts.onQueueChanged();
  }

  #tellRuns(): void {
    const runIds = [...this.#changed];
    this.#changed.clear();
    if (runIds.length > 0) this.#parts.onChanged(runIds);
  }

  log(runId: RunId, level: LogLine['level'], text: string): void {
    const line = { at: new Date().toISOString(), level, text };
    this.#parts.store.write.log(runId, line);
    this.#parts.onStored(runId, [{ type: 'logged', line }]);
  }
}
