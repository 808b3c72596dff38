import { LabError } from '../../shared/errors.ts';
import type { LabEvent, LabOutput } from '../../shared/labApi.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import type { TrainingEvent, TrainInput } from '../../shared/jobs/train.ts';
import type { Checkpoints } from './checkpoints.ts';
import { Endings } from './endings.ts';
import { progressThrottle } from './progressThrottle.ts';
import type { Store } from './store/index.ts';
import type { JobLimits } from './jobs/jobProcess.ts';
import { Training } from './jobs/training.ts';
import type { Ending } from './jobs/training.ts';
import type { TrainerLauncher } from './trainers.ts';

export interface QueueParts {
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  /**
   * What a trainer needs for this run.
   * @throws LabError ENGINE_* if the engine is not there (then the queue waits), any other if the run cannot start (then it fails).
   */
  readonly assign: (run: RunSummary) => Promise<TrainInput>;
  /** Train these runs alone, paused or not; null = every waiting run, unless the queue is paused. */
  readonly onlyRuns: ReadonlySet<RunId> | null;
  readonly emit: (event: LabEvent) => void;
  /** Other runs wait, or in another order, or they may not start. */
  readonly onWoken: () => void;
  /** The queue stands still for this reason, or (null) goes on. */
  readonly onHold: (reason: string | null) => void;
  /** Leave runs that wait already until the user starts the queue or adds to it. */
  readonly awaitsStart: boolean;
  /** A run ended in a way that a damaged engine would explain. */
  readonly onEngineDoubted: () => void;
}

/** What stands in the way of the next run just as much. */
const holdingCodes: readonly string[] = ['ENGINE_MISSING', 'ENGINE_BROKEN', 'WORKSPACE_UNWRITABLE'];
/** What does so where the next run is on the same data set. */
const datasetCodes: readonly string[] = ['DATASET_CORRUPT', 'DATASET_NOT_FOUND'];

/** Trains the waiting runs one after another. It reads its order from the store before each run, so that nothing is decided twice. */
export class RunQueue {
  readonly #parts: QueueParts;
  readonly #endings: Endings;
  #training: { readonly runId: RunId; readonly training: Training } | null = null;
  #hold: string | null = null;
  #awaitsStart: boolean;
  /** Trainers in a row that never came up: one may have been killed, two have a reason that stays. */
  #lostTrainers = 0;
  #isClosed = false;
  #isPumping = false;
  #pumped: Promise<void> = Promise.resolve();

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#awaitsStart = parts.awaitsStart && parts.store.read.runs.waiting().length > 0;
    this.#endings = new Endings(parts.store, parts.emit, (runId) => this.#changed(runId));
  }

  status(): LabOutput<'queue'> {
    const { read } = this.#parts.store;
    return {
      paused: read.isPaused() || this.#hold !== null || this.#awaitsStart,
      running: read.runs.running(),
      waiting: read.runs.waiting(),
      ...(this.#hold !== null && { holdReason: this.#hold }),
      ...(this.#awaitsStart && { awaitsStart: true }),
    };
  }

  /** Looks for work; called whenever there may be some. */
  wake(): void {
    this.#parts.emit({ type: 'queueChanged', queue: this.status() });
    this.#parts.onWoken();
    if (!this.#isPumping) this.#pumped = this.#pump();
  }

  /** Whether this run would start next. */
  isNext(runId: RunId): boolean {
    return this.#next()?.id === runId;
  }

  setPaused(paused: boolean): void {
    this.#parts.store.write.setPaused(paused);
    if (!paused) this.release();
    this.#awaitsStart = false;
    this.wake();
  }

  /** The user has added runs, and so wants them trained. */
  start(): void {
    this.#awaitsStart = false;
    this.wake();
  }

  /** What stood in the way may be gone. */
  release(): void {
    if (this.#hold === null) return;
    this.#hold = null;
    this.#parts.onHold(null);
  }

  stop(runId: RunId, when: 'now' | 'after-epoch'): void {
    const run = this.#parts.store.read.runs.one(runId);
    if (run?.state === 'running' && run.stopRequested === 'now') return; // a second wish makes it no later
    this.#parts.store.write.requestStop(runId, when);
    if (this.#training?.runId !== runId) throw new LabError('RUN_STATE', `Run ${runId} has no trainer to stop.`);
    this.#training.training.stop(when);
    this.#runChanged(runId);
  }

  /** Has what runs keep a checkpoint, and go on. */
  checkpoint(): void {
    this.#training?.training.checkpoint();
  }

  /** Ends what runs; waiting runs stay for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#training?.training.close();
    await this.#pumped;
    this.#endings.close();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      for (let run = this.#next(); run !== undefined; run = this.#next()) await this.#startAndWait(run);
    } catch (error) {
      const isKnown = error instanceof LabError;
      if (!isKnown) console.error('The queue stopped:', error);
      this.#holdFor(isKnown ? error.message : 'The lab met an unexpected error in its queue; see its log.');
    } finally {
      this.#isPumping = false;
    }
  }

  async #startAndWait(run: RunSummary): Promise<void> {
    this.#endings.storeLate(); // one run's end before the next one's beginning
    let input: TrainInput;
    try {
      input = await this.#parts.assign(run);
    } catch (error) {
      this.#cannotStart(run, error);
      return;
    }
    if (this.isNext(run.id)) await this.#train(run, input); // else it was moved, cancelled or paused meanwhile
  }

  #next(): RunSummary | undefined {
    const { onlyRuns, store } = this.#parts;
    if (this.#isClosed || this.#awaitsStart || this.#hold !== null) return undefined;
    if (onlyRuns !== null) return store.read.runs.waiting().find(({ id }) => onlyRuns.has(id));
    return store.read.isPaused() ? undefined : store.read.runs.waiting()[0];
  }

  #cannotStart(run: RunSummary, error: unknown): void {
    if (!(error instanceof LabError)) throw error;
    if (holdingCodes.includes(error.code)) return this.#holdFor(error.message);
    this.#parts.store.write.refuse(run.id, error.message);
    this.#holdIfNextMeets(run, { state: 'failed', code: error.code, reason: error.message });
    this.#changed(run.id);
  }

  /** Each of the waiting runs would fail in turn. */
  #holdIfNextMeets(run: RunSummary, { code, state, reason }: Ending): void {
    const isLost = code === 'TRAINER_LOST';
    this.#lostTrainers = isLost ? this.#lostTrainers + 1 : 0;
    if (code === undefined || reason === null) return;
    const isSameData = this.#next()?.config.dataset.id === run.config.dataset.id;
    const isTrainerMissing = isLost && (state === 'failed' || this.#lostTrainers > 1);
    const isDataMissing = datasetCodes.includes(code) && isSameData;
    if (holdingCodes.includes(code) || isTrainerMissing || isDataMissing) this.#holdFor(reason);
  }

  #holdFor(reason: string): void {
    this.#hold = reason;
    this.#parts.onHold(reason);
    this.#parts.emit({ type: 'queueChanged', queue: this.status() });
  }

  async #train(run: RunSummary, input: TrainInput): Promise<void> {
    const { runId } = input;
    const { store, launcher, limits, emit } = this.#parts;
    store.write.start(runId);
    const progress = progressThrottle(emit);
    let hasStarted = false as boolean; // set by a callback, which TypeScript does not follow
    const training = new Training(input, {
      launcher,
      write: store.write,
      limits,
      isAgain: run.startedAt !== null || run.epochsDone > 0,
      onStored: (event) => {
        hasStarted ||= event.type === 'started';
        if (event.type !== 'progress') progress.flush();
        this.#tell(runId, event, progress.push);
      },
    });
    this.#training = { runId, training };
    this.#changed(runId);
    const ending = await training.ended;
    this.#training = null;
    progress.flush();
    this.#endings.note(runId, ending);
    const isEngineDoubted = ending.code === 'ENGINE_BROKEN' || (ending.state === 'interrupted' && !hasStarted);
    if (isEngineDoubted) this.#parts.onEngineDoubted();
    this.#holdIfNextMeets(run, ending);
    this.#changed(runId);
  }

  #tell(runId: RunId, event: TrainingEvent, pushProgress: ReturnType<typeof progressThrottle>['push']): void {
    const { emit, checkpoints } = this.#parts;
    switch (event.type) {
      case 'progress':
        pushProgress({ ...event, type: 'progressed', runId });
        return;
      case 'epochFinished':
        emit({ type: 'epochFinished', runId, metrics: event.metrics });
        return this.#runChanged(runId);
      case 'logged':
        return emit({ type: 'logged', runId, line: event.line });
      case 'resumed':
        checkpoints.dropAfter(runId, event);
        return this.#runChanged(runId);
      case 'checkpointed':
        checkpoints.prune(runId);
        return this.#runChanged(runId);
      default:
        return this.#runChanged(runId);
    }
  }

  #runChanged(runId: RunId): void {
    const run = this.#parts.store.read.runs.one(runId);
    if (run !== null) this.#parts.emit({ type: 'runChanged', run });
  }

  #changed(runId: RunId): void {
    this.#runChanged(runId);
    this.#parts.emit({ type: 'queueChanged', queue: this.status() });
  }
}
