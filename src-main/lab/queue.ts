import { LabError } from '../../shared/errors.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import type { TrainInput } from '../../shared/jobs/train.ts';
import type { Checkpoints } from './checkpoints.ts';
import { Endings } from './endings.ts';
import { InTheWay } from './inTheWay.ts';
import { progressThrottle } from './progressThrottle.ts';
import type { Store } from './store/index.ts';
import type { JobLimits } from './jobs/jobProcess.ts';
import type { Ending } from './jobs/recording.ts';
import { Training } from './jobs/training.ts';
import type { Place } from './places/place.ts';
import { tellTraining } from './tellTraining.ts';

export interface QueueParts {
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  /** Where runs train; a run goes to the first of them that is free. */
  readonly places: readonly Place[];
  readonly limits: JobLimits;
  /** Train these runs alone, paused or not; null = every waiting run, unless the queue is paused. */
  readonly onlyRuns: ReadonlySet<RunId> | null;
  readonly emit: (event: LabEvent) => void;
  /** Other runs wait, or in another order, or they may not start. */
  readonly onWoken: () => void;
  /** No further run starts for now. */
  readonly onIdle: () => void;
  /** The queue stands still for this reason, or (null) goes on. */
  readonly onHold: (reason: string | null) => void;
  /** Why runs that are to train elsewhere cannot be sent there; null: they can. */
  readonly placeProblem?: () => string | null;
  /** What is being brought there, for which they wait. */
  readonly placePreparing?: () => string | null;
  /** Leave runs that wait already until the user starts the queue. */
  readonly awaitsStart: boolean;
  /** A run ended in a way that a damaged engine would explain. */
  readonly onEngineDoubted: () => void;
}

/** One slot of a place: it trains one run after another. */
interface Lane {
  readonly place: Place;
  isPumping: boolean;
  pumped: Promise<void>;
}

const lanesOf = (place: Place): Lane[] =>
  Array.from({ length: place.slots }, () => ({ place, isPumping: false, pumped: Promise.resolve() }));

/**
 * Trains the waiting runs, as many at once as its places have slots. It reads its order from the store before each run, so that nothing is
 * decided twice.
 */
export class RunQueue {
  readonly #parts: QueueParts;
  readonly #endings: Endings;
  readonly #lanes: readonly Lane[];
  /** Runs that a lane has in hand: no other one takes them. */
  readonly #taken = new Set<RunId>();
  readonly #trainings = new Map<RunId, Training>();
  readonly #inTheWay = new InTheWay();
  /** Runs that waited when the lab was opened, and train once the user starts them or the queue: whoever adds one of his own wants that one. */
  readonly #left: Set<RunId>;
  #hold: string | null = null;
  #isClosed = false;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#lanes = parts.places.flatMap(lanesOf);
    this.#left = new Set(parts.awaitsStart ? parts.store.read.runs.waiting().map(({ id }) => id) : []);
    this.#endings = new Endings(parts.store, parts.emit, (runId) => this.#changed(runId));
  }

  status(): LabOutput<'queue'> {
    const { read } = this.#parts.store;
    const placeProblem = this.#parts.placeProblem?.() ?? null;
    const placePreparing = this.#parts.placePreparing?.() ?? null;
    const running = read.runs.running();
    const waiting = read.runs.waiting();
    const awaitingStart = waiting.filter(({ id, job }) => job === null && this.#left.has(id)).map(({ id }) => id);
    const isAllLeft = waiting.length > 0 && awaitingStart.length === waiting.length && running.length === 0;
    return {
      paused: read.isPaused() || this.#hold !== null || isAllLeft,
      running,
      waiting,
      ...(this.#hold !== null && { holdReason: this.#hold }),
      ...(awaitingStart.length > 0 && { awaitingStart }),
      ...(placeProblem !== null && { placeProblem }),
      ...(placePreparing !== null && { placePreparing }),
    };
  }

  /** The runs that wait for a place that has its own queue, and may begin. */
  waitingFor(place: string): RunSummary[] {
    if (!this.#mayStart()) return [];
    return this.#parts.store.read.runs.waiting().filter((run) => run.wantedPlace === place && this.#isWanted(run.id));
  }

  /** Says that what runs or waits has changed. */
  tell(): void {
    this.#parts.emit({ type: 'queueChanged', queue: this.status() });
  }

  /** Looks for work; called whenever there may be some. */
  wake(): void {
    this.tell();
    this.#parts.onWoken();
    for (const lane of this.#lanes) {
      if (!lane.isPumping) lane.pumped = this.#pump(lane);
    }
  }

  /** Whether this run would start next, or is prepared to. */
  isNext(runId: RunId): boolean {
    return this.#next(runId)?.id === runId;
  }

  setPaused(paused: boolean): void {
    this.#parts.store.write.setPaused(paused);
    if (!paused) {
      this.release();
      this.#left.clear();
    }
    this.wake();
  }

  /** The user is about to start single runs: what else waits in a paused queue is held from now on, as what was left is. */
  holdOthers(): void {
    const { store, onlyRuns } = this.#parts;
    if (onlyRuns === null && store.read.isPaused()) {
      for (const { id } of store.read.runs.waiting()) this.#left.add(id);
      store.write.setPaused(false);
    }
    this.release();
  }

  /** The user has added these runs, or named them to be started, and so wants them trained. */
  start(runIds: readonly RunId[]): void {
    for (const id of runIds) this.#left.delete(id);
    this.wake();
  }

  /** What stood in the way may be gone. */
  release(): void {
    if (this.#hold === null) return;
    this.#inTheWay.forget();
    this.#hold = null;
    this.#parts.onHold(null);
  }

  stop(runId: RunId, when: 'now' | 'after-epoch'): void {
    const run = this.#parts.store.read.runs.one(runId);
    if (run?.state === 'running' && run.stopRequested === 'now') return; // a second wish makes it no later
    this.#parts.store.write.requestStop(runId, when);
    const training = this.#trainings.get(runId);
    if (training === undefined) throw new LabError('RUN_STATE', `Run ${runId} has no trainer to stop.`);
    training.stop(when);
    this.#runChanged(runId);
  }

  /** Has what runs keep a checkpoint, and go on. */
  checkpoint(): void {
    for (const training of this.#trainings.values()) training.checkpoint();
  }

  /** Ends what runs; waiting runs stay for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#trainings.values()].map((training) => training.close()));
    await Promise.all(this.#lanes.map(({ pumped }) => pumped));
    this.#endings.close();
  }

  async #pump(lane: Lane): Promise<void> {
    lane.isPumping = true;
    try {
      for (let run = this.#next(); run !== undefined; run = this.#next()) await this.#startAndWait(run, lane.place);
    } catch (error) {
      const isKnown = error instanceof LabError;
      if (!isKnown) console.error('The queue stopped:', error);
      this.#holdFor(isKnown ? error.message : 'The lab met an unexpected error in its queue; see its log.');
    } finally {
      lane.isPumping = false;
      this.#parts.onIdle();
    }
  }

  async #startAndWait(run: RunSummary, place: Place): Promise<void> {
    this.#endings.storeLate(); // one run's end before the next one's beginning
    this.#taken.add(run.id);
    try {
      const input = await this.#prepare(run, place);
      if (input !== null) await this.#train(run, input, place);
    } finally {
      this.#taken.delete(run.id);
    }
  }

  /** @returns null where it cannot start, or was moved, cancelled or paused meanwhile. */
  async #prepare(run: RunSummary, place: Place): Promise<TrainInput | null> {
    try {
      const input = await place.prepare(run);
      return this.isNext(run.id) ? input : null;
    } catch (error) {
      this.#cannotStart(run, error);
      return null;
    }
  }

  /** @param own - a run that a lane has in hand and that is to be counted among the waiting nevertheless. */
  #next(own?: RunId): RunSummary | undefined {
    const { store, places } = this.#parts;
    if (this.#hold !== null || !this.#mayStart()) return undefined;
    const isFree = (id: RunId): boolean => id === own || !this.#taken.has(id);
    const isOurs = (wanted: string | null): boolean => wanted === null || places.some(({ id }) => id === wanted);
    return store.read.runs
      .waiting()
      .find(({ id, wantedPlace }) => isOurs(wantedPlace) && isFree(id) && this.#isWanted(id));
  }

  #isWanted(id: RunId): boolean {
    return !this.#left.has(id) && (this.#parts.onlyRuns?.has(id) ?? true);
  }

  #mayStart(): boolean {
    const { onlyRuns, store } = this.#parts;
    return !this.#isClosed && (onlyRuns !== null || !store.read.isPaused());
  }

  #cannotStart(run: RunSummary, error: unknown): void {
    if (!(error instanceof LabError)) throw error;
    if (this.#inTheWay.isMetByAll(error.code)) return this.#holdFor(error.message);
    this.#parts.store.write.refuse(run.id, error.message);
    this.#holdIfNextMeets(run, { state: 'failed', code: error.code, reason: error.message });
    this.#changed(run.id);
  }

  #holdIfNextMeets(run: RunSummary, ending: Ending): void {
    if (this.#inTheWay.isMet(run, ending, this.#next())) this.#holdFor(ending.reason ?? '');
  }

  #holdFor(reason: string): void {
    this.#hold = reason;
    this.#parts.onHold(reason);
    this.#parts.emit({ type: 'queueChanged', queue: this.status() });
  }

  async #train(run: RunSummary, input: TrainInput, place: Place): Promise<void> {
    const { runId } = input;
    const { store, checkpoints, limits, emit } = this.#parts;
    store.write.start(runId, place.id);
    const progress = progressThrottle(emit);
    let hasStarted = false as boolean; // set by a callback, which TypeScript does not follow
    const training = new Training(input, {
      launcher: place.launcher,
      write: store.write,
      limits,
      isAgain: run.startedAt !== null || run.epochsDone > 0,
      onStored: (event) => {
        hasStarted ||= event.type === 'started';
        if (event.type !== 'progress') progress.flush();
        tellTraining(runId, event, {
          checkpoints,
          emit,
          progressed: progress.push,
          changed: () => this.#runChanged(runId),
        });
      },
    });
    this.#trainings.set(runId, training);
    this.#changed(runId);
    const ending = await training.ended;
    checkpoints.removeUnfinished(runId);
    this.#trainings.delete(runId);
    progress.flush();
    this.#endings.note(runId, ending);
    const isEngineDoubted = ending.code === 'ENGINE_BROKEN' || (ending.state === 'interrupted' && !hasStarted);
    if (isEngineDoubted) this.#parts.onEngineDoubted();
    this.#holdIfNextMeets(run, ending);
    this.#changed(runId);
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
