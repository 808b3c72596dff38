import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import type { PlaceTested } from '../../../shared/places.ts';
import type { RunId } from '../../../shared/run.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import { clusterAsking } from './askingCluster.ts';
import type { AskingParts } from './askingCluster.ts';
import { jobWishes } from './jobWishes.ts';
import { KnownJobs } from './knownJobs.ts';
import type { KnownJobsParts } from './knownJobs.ts';
import { probePlace } from './probe.ts';
import { jobReading } from './readingJobs.ts';
import { clearSubmissions, marksIn } from './submissionFolders.ts';
import { findLost, submitWaiting } from './submitting.ts';

export interface ClusterParts extends KnownJobsParts, AskingParts {
  /** Between two looks into the folders. */
  readonly readEveryMs: number;
  /** The place takes no run for this reason, or (null) takes them. */
  readonly onProblem: (problem: string | null) => void;
  /** Something else is being brought there, or nothing any more. */
  readonly onPreparing: () => void;
}

const clearEveryMs = 3_600_000;

/**
 * The runs that train on a cluster: submits those that wait, stores what their jobs tell in files, and ends them. The lab may be closed in
 * between: jobs go on, and what they told is stored when it is open again.
 */
export class ClusterRuns {
  readonly #parts: ClusterParts;
  readonly #jobs: KnownJobs;
  readonly #reading: ReturnType<typeof jobReading>;
  readonly #cluster: ReturnType<typeof clusterAsking>;
  readonly #wishes: ReturnType<typeof jobWishes>;
  readonly #timer: NodeJS.Timeout;
  /** What is to be done between two looks. */
  readonly #asked: (() => Promise<void>)[] = [];
  #work: Promise<void> | null = null;
  #isWoken = false;
  #isClosed = false;
  #fetchedAt = -Infinity;
  #retryAt = -Infinity;
  #clearedAt = -Infinity;
  #problem: string | null = null;
  #preparing: string | null = null;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.#jobs = new KnownJobs(parts);
    this.#reading = jobReading(parts, this.#jobs);
    this.#cluster = clusterAsking(parts, this.#jobs, this.#reading.read);
    this.#wishes = jobWishes(parts, this.#jobs);
    this.#timer = setInterval(() => this.#look(), parts.readEveryMs);
  }

  /** Why the place takes no runs at present. */
  get problem(): string | null {
    return this.#problem;
  }

  /** What is being brought there, for which runs wait. */
  get preparing(): string | null {
    return this.#preparing;
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

  /** Asks a run's job to end. */
  async stop(runId: RunId, when: 'now' | 'after-epoch'): Promise<void> {
    const job = this.#liveJob(runId);
    if (job === undefined) throw new LabError('RUN_STATE', `Run ${runId} has no job to stop.`);
    await this.#wishes.stop(job, when);
    this.#look();
    this.#parts.onChanged([runId]);
    this.#parts.onQueueChanged();
  }

  /** Sends runs back into the cluster's queue. @returns those that are to be submitted anew. @throws LabError RUN_STATE, PLACE_UNAVAILABLE */
  requeue(runIds: readonly RunId[]): Promise<readonly RunId[]> {
    return this.#betweenLooks(() => this.#wishes.requeue(runIds));
  }

  /** Resolves after a whole look: what waits was submitted, or why it cannot be is known. */
  async settled(): Promise<void> {
    await this.#betweenLooks(() => Promise.resolve());
    await this.#betweenLooks(() => Promise.resolve());
  }

  /** Has the cluster run a job that tells what it finds there. @throws LabError PLACE_* */
  test(limitMs = 600_000): Promise<PlaceTested> {
    const { commands, settings, site, readEveryMs, askEveryMs } = this.#parts;
    return probePlace({ commands, settings: settings(), site: site(), readEveryMs, askEveryMs, limitMs });
  }

  /** Leaves the jobs alone: they go on without the lab. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#work;
    for (const work of this.#asked.splice(0)) await work();
    // What was taken out of the queue while it looked must not train on.
    if (this.#isWoken) await this.#wishes.cancelUnwanted().catch(() => undefined);
  }

  #liveJob(runId: RunId): LiveJob | undefined {
    return this.#parts.store.read.liveJobs().find((job) => job.runId === runId);
  }

  #betweenLooks<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new LabError('PLACE_UNAVAILABLE', 'The lab is being closed.');
    return new Promise((resolve, reject) => {
      this.#asked.push(() => work().then(resolve, reject));
      this.#look();
    });
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
    const goesOn = (): boolean => !this.#isClosed;
    for (const work of this.#asked.splice(0)) await work();
    try {
      await this.#fetch();
      if (!(await this.#reading.readAll(goesOn))) this.#isWoken = true; // needs no answer of the cluster
      // Each looks at all jobs, of which there may be thousands: others get their turn in between.
      await setImmediate();
      await this.#wishes.cancelUnwanted();
      await setImmediate();
      await findLost(this.#parts);
      await this.#jobs.sendMarks();
      await setImmediate();
      await this.#submitWaiting();
      await setImmediate();
      await this.#cluster.ask();
      await this.#cluster.settle(goesOn);
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
      this.#jobs.tellChanged();
    }
  }

  #tell(problem: string | null): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#parts.onProblem(problem);
  }

  async #submitWaiting(): Promise<void> {
    if (performance.now() < this.#retryAt) return;
    this.#retryAt = -Infinity;
    let preparing: string | null = null;
    try {
      preparing = await submitWaiting(this.#parts, () => !this.#isClosed);
    } finally {
      const isNew = preparing !== this.#preparing;
      this.#preparing = preparing;
      if (isNew) this.#parts.onPreparing();
    }
  }

  /** Brings here what jobs have written where the lab does not see it. */
  async #fetch(): Promise<void> {
    const { store, site, askEveryMs } = this.#parts;
    if (performance.now() - this.#fetchedAt < askEveryMs) return;
    await site().fetch([...new Set(store.read.liveJobs().map(({ submission }) => submission))]);
    this.#fetchedAt = performance.now();
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
}
