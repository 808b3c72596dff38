import type { DatasetInfo } from '../../../shared/dataset.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import { exactFacts, factDifferences, inexactText } from '../../../shared/environments.ts';
import type { TrainedIn } from '../../../shared/environments.ts';
import { doubtAfter, doubtOf, doubtText, type Doubt } from '../../../shared/doubts.ts';
import type { LabErrorCode } from '../../../shared/errors.ts';
import type { TrainingEvent } from '../../../shared/jobs/train.ts';
import { memoryAdvice } from '../../../shared/memoryAdvice.ts';
import type { LogLine, RunId } from '../../../shared/run.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import type { EndState, StoreWriter } from '../store/index.ts';
import type { JobBreak } from './jobProcess.ts';
import { linesOf } from './trainingLog.ts';

/** How a run ended; `code` is the error's that the trainer reported. */
export interface Ending {
  readonly state: EndState;
  readonly reason: string | null;
  readonly code?: LabErrorCode | undefined;
}

export interface RecordedRun {
  readonly runId: RunId;
  readonly config: RunConfig;
  /** What it trains on; null where that is not known. */
  readonly dataset: DatasetInfo | null;
  /** Its trainer has checkpoints to go on from. */
  readonly isResuming: boolean;
  /** The run was under way before: what it trains again takes the place of what it had measured. */
  readonly isAgain: boolean;
}

/** Not every break is the run's own fault: a trainer that does not come up, or is not understood, would not be for the next run either. */
const brokenStates: Readonly<Record<JobBreak['cause'], EndState>> = {
  'not launched': 'failed',
  'never ready': 'interrupted',
  gone: 'interrupted',
  silent: 'interrupted',
  'not understood': 'failed',
  'messages lost': 'interrupted',
  'not stored': 'interrupted',
  'stopped before its start': 'stopped',
  'deaf to stop': 'stopped',
  cancelled: 'stopped',
};

/** Puts what one trainer tells of a run into the store, whatever way it comes. */
export class Recording {
  readonly #run: RecordedRun;
  readonly #write: StoreWriter;
  readonly #onStored: (event: TrainingEvent) => void;
  #environment: RunEnvironment | null = null;
  #epochs = 0;
  #doubt: Doubt | null = null;
  /** Cores that others kept busy: the sum over reports, and how many there were. */
  readonly #others = { sum: 0, count: 0 };

  /** @param onStored - hears of events that this adds itself. */
  constructor(run: RecordedRun, write: StoreWriter, onStored: (event: TrainingEvent) => void) {
    this.#run = run;
    this.#write = write;
    this.#onStored = onStored;
  }

  /** Epochs that are kept. */
  get epochs(): number {
    return this.#epochs;
  }

  /** Knows an event again that the store has already. */
  recall(event: TrainingEvent): void {
    if (event.type === 'started') this.#environment = event.environment;
    if (event.type === 'epochFinished') {
      this.#epochs += 1;
      const kind = doubtOf(
        event.metrics,
        this.#run.dataset?.classNames.length ?? null,
        this.#environment?.testExamples ?? 0,
      );
      this.#doubt = doubtAfter(this.#doubt, kind, event.metrics.epoch);
    }
    if (event.type === 'resumed') this.#epochs = event.epoch;
    if (event.type === 'progress') {
      this.#others.sum += event.usage.othersBusyCores;
      this.#others.count += 1;
    }
  }

  /**
   * Stores an event.
   * @param nonFinite - dotted paths where a number that was not finite became null.
   * @returns the ending that the last event tells, which is not stored yet; null after any other.
   */
  store(event: TrainingEvent, nonFinite: readonly string[]): Ending | null {
    const ending = this.#take(event, nonFinite);
    for (const said of linesOf(event, this.#run)) this.#log(said);
    return ending;
  }

  #take(event: TrainingEvent, nonFinite: readonly string[]): Ending | null {
    const { runId, config, isAgain } = this.#run;
    const write = this.#write;
    if (event.type !== 'epochFinished') this.recall(event);
    switch (event.type) {
      case 'started':
        // Where there are checkpoints, it says next from which of them it goes on.
        if (!this.#run.isResuming) this.#begin({ epoch: 0, step: 0 });
        return null;
      case 'progress': {
        const isNonFinite = (index: number) => nonFinite.some((path) => path.startsWith(`steps.${index}.`));
        const steps = event.steps.map((metrics, index) => ({ metrics, nonFinite: isNonFinite(index) }));
        write.steps(runId, steps, isAgain);
        return null;
      }
      case 'epochFinished':
        write.epoch(runId, event.metrics, nonFinite.length > 0, isAgain);
        this.#judge(event);
        return null;
      case 'logged':
        write.log(runId, event.line);
        return null;
      case 'resumed':
        this.#begin(event);
        return null;
      case 'checkpointed':
        write.checkpoint(runId, event.checkpoint);
        return null;
      default:
        return endingOf(event, this.#epochs, config.epochs);
    }
  }

  /** The ending of a run whose trainer did not tell one. */
  broken({ cause, reason, ...code }: JobBreak): Ending {
    // A process that the system ends for want of memory says nothing; that shows in the first epoch.
    const isMemory = cause === 'gone' && this.#epochs === 0;
    const advice = isMemory ? ` If memory ran out: ${memoryAdvice(this.#run.config)}` : '';
    return { state: brokenStates[cause], reason: `${reason}${advice}`, ...code };
  }

  /** Keeps what is to be thought of the run after an epoch, and says in its record where that is another doubt than before. */
  #judge(event: Extract<TrainingEvent, { type: 'epochFinished' }>): void {
    const { runId } = this.#run;
    const before = this.#doubt;
    this.recall(event); // kept from now on
    const { sum, count } = this.#others;
    this.#write.judge(runId, this.#doubt, count === 0 ? null : sum / count);
    if (this.#doubt === null || this.#doubt.kind === before?.kind) return;
    const line = { at: new Date().toISOString(), level: 'warning', text: doubtText(this.#doubt) } as const;
    this.#write.log(runId, line);
    this.#onStored({ type: 'logged', line });
  }

  /** Keeps where it trains from here on, and says in the run's record if the bits will be others than without the break. */
  #begin({ epoch, step }: Pick<TrainedIn, 'epoch' | 'step'>): void {
    if (this.#environment === null) return;
    const former = this.#write.beginsIn(this.#run.runId, { epoch, step, environment: this.#environment });
    const differences = former === null ? [] : factDifferences(exactFacts(former), exactFacts(this.#environment));
    if (differences.length === 0) return;
    this.#log({ level: 'warning', text: inexactText(differences) });
  }

  #log(said: Pick<LogLine, 'level' | 'text'>): void {
    const line = { at: new Date().toISOString(), ...said };
    this.#write.log(this.#run.runId, line);
    this.#onStored({ type: 'logged', line });
  }
}

type LastEvent = Extract<TrainingEvent, { type: 'done' | 'stopped' | 'diverged' | 'failed' }>;

const endingOf = (event: LastEvent, epochsDone: number, epochs: number): Ending => {
  switch (event.type) {
    case 'done':
      return epochsDone === epochs
        ? { state: 'finished', reason: null }
        : { state: 'failed', reason: `The trainer called it done after ${epochsDone} of ${epochs} epochs.` };
    case 'stopped':
      return { state: 'stopped', reason: event.reason };
    case 'diverged':
      return {
        state: 'diverged',
        reason: `Diverged at epoch ${event.epoch}, step ${event.step}: the loss was not finite.`,
      };
    case 'failed':
      return { state: 'failed', reason: event.message, code: event.code };
  }
};
