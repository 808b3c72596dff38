import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { TrainingEvent } from '../../../shared/jobs/train.ts';
import type { PlaceTested } from '../../../shared/places.ts';
import type { RunId } from '../../../shared/run.ts';
import { writeWhole } from '../../files/writeWhole.ts';
import type { JobSight, LiveJob } from '../store/clusterJobs.ts';
import { FollowedTask } from './followedTask.ts';
import { begunIn, jobFolderNames, lastWordsOf, taskFolderOf } from './jobFolder.ts';
import { endingWithoutWords, isOver } from './jobStates.ts';
import { probePlace } from './probe.ts';
import { acknowledge, clearSubmissions, marksIn } from './submissionFolders.ts';
import { findLost, submitWaiting } from './submitting.ts';
import type { SubmittingParts } from './submitting.ts';

export interface ClusterParts extends SubmittingParts {
  /** Between two looks into the folders, and between two questions to the cluster. */
  readonly readEveryMs: number;
  readonly askEveryMs: number;
  /** Hears of events that the store holds. */
  readonly onStored: (runId: RunId, events: readonly TrainingEvent[]) => void;
  /** The place takes no run for this reason, or (null) takes them. */
  readonly onProblem: (problem: string | null) => void;
}

const clearEveryMs = 3_600_000;
const tellEveryMs = 1000;
const readForMs = 10_000;

/**
 * The runs that train on a cluster: submits those that wait, stores what their jobs tell in files, and ends them. The lab may be closed in
 * between: jobs go on, and what they told is stored when it is open again. The cluster is asked for its own jobs only, all in one question.
 */
export class ClusterRuns {
  readonly #parts: ClusterParts;
  readonly #followed = new Map<RunId, FollowedTask>();
  /** Of jobs that the cluster says are over, or does not know: how often it was asked since. */
  readonly #overFor = new Map<RunId, number>();
  /** Runs that are another way than was told. */
  readonly #changed = new Set<RunId>();
  readonly #timer: NodeJS.Timeout;
  /** Files of the lab's that are still to be brought there; null: it is not known which. */
  #unsent: Set<string> | null = null;
  #work: Promise<void> | null = null;
  #isWoken = false;
  #isClosed = false;
  #readLast = 0;
  #fetchedAt = -Infinity;
  #askedAt = -Infinity;
  #retryAt = -Infinity;
  #clearedAt = -Infinity;
  #toldAt = -Infinity;
  #problem: string | null = null;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), parts.readEveryMs);
  }

  /** Why the place takes no runs at present. */
  get problem(): string | null {
    return this.#problem;
  }

  /** There may be something to submit or to cancel. */
  wake(): void {
    this.#look();
  }

  /** The user wants it tried again now. */
  retry(): void {
    this.#retryAt = -Infinity;
    this.#look();
  }

  holds(runId: RunId): boolean {
    return this.#liveJob(runId) !== undefined;
  }

  /** Asks a run's job to end; it hears that within seconds of its node's looking. */
  async stop(runId: RunId, when: 'now' | 'after-epoch'): Promise<void> {
    const { store, commands, onChanged } = this.#parts;
    const job = this.#liveJob(runId);
    if (job === undefined) throw new LabError('RUN_STATE', `Run ${runId} has no job to stop.`);
    store.write.requestStop(runId, when);
    const wish = join(taskFolderOf(job.submission, job.task), jobFolderNames.stop);
    await writeWhole(wish, JSON.stringify({ when }));
    this.#unsent?.add(wish);
    this.#look();
    if (job.state === 'PENDING' && job.jobId !== null) {
      await commands.cancel([`${job.jobId}_${job.task}`]);
      store.write.end(runId, 'stopped', 'Stopped by you while its job waited to go on.');
      this.#over([job]);
    }
    onChanged([runId]);
  }

  /** Has the cluster run a job that tells what it finds there. @throws LabError PLACE_* */
  test(limitMs = 600_000): Promise<PlaceTested> {
    const { commands, settings, site, readEveryMs } = this.#parts;
    return probePlace({ commands, settings: settings(), site: site(), readEveryMs, limitMs });
  }

  /** Leaves the jobs alone: they go on without the lab. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#work;
    // What was taken out of the queue while it looked must not train on.
    if (this.#isWoken) await this.#cancelUnwanted().catch(() => undefined);
  }

  #liveJob(runId: RunId): LiveJob | undefined {
    return this.#parts.store.read.liveJobs().find((job) => job.runId === runId);
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#isWoken = this.#work !== null;
    this.#work ??= this.#once().finally(() => {
      this.#work = null;
      if (this.#isWoken) this.#look();
    });
  }

  async #once(): Promise<void> {
    try {
      await this.#fetch();
      await this.#read(); // needs no answer of the cluster
      await this.#cancelUnwanted();
      await findLost(this.#parts);
      await this.#sendMarks();
      await this.#submitWaiting();
      await this.#ask();
      await this.#settle();
      await this.#clear();
      if (this.#retryAt === -Infinity) this.#tell(null);
    } catch (error) {
      const isKnown = error instanceof LabError;
      if (!isKnown) console.error('The runs on the cluster could not be looked after:', error);
      this.#retryAt = performance.now() + this.#parts.askEveryMs;
      this.#tell(
        isKnown ? error.message : 'The lab met an unexpected error with the runs on the cluster; see its log.',
      );
    } finally {
      this.#tellChanged();
    }
  }

  #tell(problem: string | null): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#parts.onProblem(problem);
  }

  /** Ends the jobs of runs that were taken out of the queue. */
  async #cancelUnwanted(): Promise<void> {
    const unwanted = this.#parts.store.read
      .liveJobs()
      .filter(({ runState, state }) => runState !== 'queued' && runState !== 'running' && state !== 'SUBMITTING');
    if (unwanted.length === 0) return;
    const running = unwanted.filter(({ state }) => !isOver(state));
    await this.#parts.commands.cancel(running.map(({ jobId, task }) => `${jobId ?? ''}_${task}`));
    this.#over(unwanted);
  }

  async #submitWaiting(): Promise<void> {
    if (performance.now() < this.#retryAt) return;
    this.#retryAt = -Infinity;
    await submitWaiting(this.#parts, () => !this.#isClosed);
  }

  /** What the cluster says of its jobs. */
  async #ask(): Promise<void> {
    const { store, commands, askEveryMs, onChanged } = this.#parts;
    if (performance.now() - this.#askedAt < askEveryMs) return;
    const live = store.read.liveJobs().filter(({ jobId }) => jobId !== null);
    if (live.length === 0) return;
    this.#askedAt = performance.now();
    const sights = await commands.sights([...new Set(live.map(({ jobId }) => jobId ?? ''))]);
    const changed: JobSight[] = [];
    for (const job of live) {
      const seen = sights.get(`${job.jobId ?? ''}_${job.task}`);
      const sight = seen ?? { state: isOver(job.state) ? job.state : 'UNKNOWN', reason: null, node: job.node };
      if (seen === undefined || isOver(seen.state))
        this.#overFor.set(job.runId, (this.#overFor.get(job.runId) ?? 0) + 1);
      else this.#overFor.delete(job.runId);
      if (sight.state !== job.state || sight.reason !== job.reason || (sight.node !== null && sight.node !== job.node))
        changed.push({ ...sight, node: sight.node ?? job.node, runId: job.runId });
    }
    if (changed.length === 0) return;
    store.write.jobs.seen(changed);
    onChanged(changed.map(({ runId }) => runId));
  }

  /** Brings here what jobs have written where the lab does not see it. */
  async #fetch(): Promise<void> {
    const { store, site, askEveryMs } = this.#parts;
    if (performance.now() - this.#fetchedAt < askEveryMs) return;
    await site().fetch([...new Set(store.read.liveJobs().map(({ submission }) => submission))]);
    this.#fetchedAt = performance.now();
  }

  /** Brings there what the lab has written for jobs, since the last time, or since nobody knows when. */
  async #sendMarks(): Promise<void> {
    const { store, site } = this.#parts;
    const wishes = (): string[] =>
      store.read.liveJobs().map(({ submission, task }) => join(taskFolderOf(submission, task), jobFolderNames.stop));
    const sending = [...(this.#unsent ?? [...marksIn(site().folder()), ...wishes()])].filter((path) =>
      existsSync(path),
    );
    this.#unsent = new Set();
    try {
      await site().send(sending);
    } catch (error) {
      this.#unsent = null;
      throw error;
    }
  }

  /** Stores what is new of the tasks that have begun, those first that were looked at longest ago. */
  async #read(): Promise<void> {
    const until = performance.now() + readForMs;
    const live = this.#parts.store.read.liveJobs().filter(({ runState }) => ['queued', 'running'].includes(runState));
    const begun = begunIn(new Set(live.map(({ submission }) => submission)));
    const speaking = live.filter(({ submission, task }) => begun.has(taskFolderOf(submission, task)));
    const next = Math.max(
      0,
      speaking.findIndex(({ runId }) => runId > this.#readLast),
    );
    for (const job of [...speaking.slice(next), ...speaking.slice(0, next)]) {
      if (this.#isClosed) return;
      if (performance.now() > until) {
        this.#isWoken = true; // thousands may have told something while the lab was closed; other things are waiting
        return;
      }
      await this.#readTask(job);
      this.#readLast = job.runId;
    }
  }

  /** Whoever hears of changed runs reads the whole queue: those of a second are told of together. */
  #note(runId: RunId): void {
    this.#changed.add(runId);
    if (performance.now() - this.#toldAt > tellEveryMs) this.#tellChanged();
  }

  #tellChanged(): void {
    if (this.#changed.size === 0) return;
    this.#toldAt = performance.now();
    const runIds = [...this.#changed];
    this.#changed.clear();
    this.#parts.onChanged(runIds);
  }

  async #readTask(job: LiveJob): Promise<void> {
    const { store, checkpoints, place, onStored } = this.#parts;
    const task =
      this.#followed.get(job.runId) ??
      new FollowedTask(job, {
        ...{ store, checkpoints, place },
        onStored: (events) => onStored(job.runId, events),
      });
    this.#followed.set(job.runId, task);
    try {
      if (!(await task.read())) return;
    } catch (error) {
      this.#followed.delete(job.runId); // the store knows how far it is, better than this now
      throw error;
    }
    this.#overFor.delete(job.runId); // it speaks, whatever the cluster says
    checkpoints.prune(job.runId);
    if (task.ending !== null) {
      const { reason, state } = task.ending;
      if (reason !== null && state !== 'stopped')
        this.#log(job.runId, state === 'interrupted' ? 'warning' : 'error', reason);
      this.#letGo([job]); // the store knows with its end that it is over
    }
    this.#note(job.runId);
  }

  /** Ends the runs whose jobs are over without having told how. They are asked for twice before: shared disks show files late. */
  async #settle(): Promise<void> {
    const { store } = this.#parts;
    for (const job of store.read.liveJobs()) {
      if (this.#isClosed) return;
      if ((this.#overFor.get(job.runId) ?? 0) < 2) continue;
      const task = this.#followed.get(job.runId);
      const run = store.read.runs.one(job.runId); // as it is now: others were waited for
      if (run === null || !['queued', 'running'].includes(run.state)) continue;
      const output = lastWordsOf(taskFolderOf(job.submission, job.task));
      const ending = endingWithoutWords(job, run, task ?? null, output);
      this.#over([job]);
      if (run.state === 'queued') store.write.refuse(job.runId, ending.reason);
      else store.write.end(job.runId, ending.state, ending.reason);
      if (ending.goesOn) store.write.resume([job.runId]);
      if (ending.state !== 'stopped') this.#log(job.runId, ending.goesOn ? 'info' : 'warning', ending.reason);
      this.#note(job.runId);
      await setImmediate();
    }
  }

  /** Removes what jobs have left behind. */
  async #clear(): Promise<void> {
    if (performance.now() - this.#clearedAt < clearEveryMs) return;
    this.#clearedAt = performance.now();
    const needed = new Set(this.#parts.store.read.liveJobs().map(({ submission }) => submission));
    const site = this.#parts.site();
    await clearSubmissions(site.folder(), (submission) => needed.has(submission));
    if (marksIn(site.folder()).length > 0) await site.clear();
  }

  #over(jobs: readonly LiveJob[]): void {
    this.#parts.store.write.jobs.over(jobs.map(({ runId }) => runId));
    this.#letGo(jobs);
  }

  /** Nothing more is wanted of these jobs. */
  #letGo(jobs: readonly LiveJob[]): void {
    for (const [submission, ended] of groupedBy(jobs, ({ submission }) => submission)) {
      acknowledge(
        submission,
        ended.map(({ task }) => task),
      );
      this.#unsent?.add(join(submission, jobFolderNames.collected));
    }
    for (const { runId } of jobs) {
      this.#followed.delete(runId);
      this.#overFor.delete(runId);
    }
  }

  #log(runId: RunId, level: 'info' | 'warning' | 'error', text: string): void {
    const line = { at: new Date().toISOString(), level, text };
    this.#parts.store.write.log(runId, line);
    this.#parts.onStored(runId, [{ type: 'logged', line }]);
  }
}
