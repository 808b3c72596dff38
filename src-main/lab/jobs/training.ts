import { counted } from '../../../shared/counted.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import { exactFacts, factDifferences, inexactText } from '../../../shared/environments.ts';
import type { TrainedIn } from '../../../shared/environments.ts';
import { LabError } from '../../../shared/errors.ts';
import type { LabErrorCode } from '../../../shared/errors.ts';
import { trainJob } from '../../../shared/jobs/train.ts';
import type { TrainingEvent, TrainInput } from '../../../shared/jobs/train.ts';
import { memoryAdvice } from '../../../shared/memoryAdvice.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { EndState, StoreWriter } from '../store/index.ts';
import type { TrainerLauncher } from '../trainers.ts';
import { JobProcess } from './jobProcess.ts';
import type { JobBreak, JobLimits } from './jobProcess.ts';

type StopWhen = NonNullable<RunSummary['stopRequested']>;

/** How a run ended; `code` is the error's that the trainer reported. */
export interface Ending {
  readonly state: EndState;
  readonly reason: string | null;
  readonly code?: LabErrorCode;
}

export interface TrainingParts {
  readonly launcher: TrainerLauncher;
  readonly write: StoreWriter;
  readonly limits: JobLimits;
  /** The run was under way before: what it trains again takes the place of what it had measured. */
  readonly isAgain: boolean;
  /** Hears of every event that the store holds. */
  readonly onStored: (event: TrainingEvent) => void;
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

/**
 * One run in one trainer process, from its launch until the process is gone. Every event is stored, then acknowledged, then told.
 * A run is finished only if its trainer says `done` after all its epochs; nothing else counts, least of all an exit code.
 */
export class Training {
  /** Resolves when the process is gone; the store holds the ending by then, unless the store itself failed. */
  readonly ended: Promise<Ending>;
  readonly #input: TrainInput;
  readonly #parts: TrainingParts;
  readonly #job: JobProcess<TrainInput, TrainingEvent>;
  #environment: RunEnvironment | null = null;
  #epochs = 0;
  #ending: Ending | null = null;
  #closing = false;

  constructor(input: TrainInput, parts: TrainingParts) {
    this.#input = input;
    this.#parts = parts;
    this.#job = new JobProcess(trainJob, input, {
      launcher: parts.launcher,
      limits: parts.limits,
      device: input.config.device,
      onEvent: (event, nonFinite) => this.#store(event, nonFinite),
      onTaken: parts.onStored,
      onBreak: (how) => this.#break(how),
    });
    this.ended = this.#untilEnded();
  }

  stop(when: StopWhen): void {
    this.#job.stop(when);
  }

  checkpoint(): void {
    this.#job.checkpoint();
  }

  /** Ends the run because the lab closes. */
  async close(): Promise<void> {
    this.#closing = true;
    this.stop('now');
    await this.ended;
  }

  async #untilEnded(): Promise<Ending> {
    await this.#job.closed;
    if (this.#ending === null) throw new Error('A job process ended without saying how.');
    return this.#ending;
  }

  #store(event: TrainingEvent, nonFinite: readonly string[]): void {
    const { runId, config } = this.#input;
    const { write, isAgain } = this.#parts;
    switch (event.type) {
      case 'started':
        this.#environment = event.environment;
        // Where there are checkpoints, it says next from which of them it goes on.
        return this.#isResuming() ? undefined : this.#begin({ epoch: 0, step: 0 });
      case 'progress': {
        const isNonFinite = (index: number) => nonFinite.some((path) => path.startsWith(`steps.${index}.`));
        return write.steps(
          runId,
          event.steps.map((metrics, index) => ({ metrics, nonFinite: isNonFinite(index) })),
          isAgain,
        );
      }
      case 'epochFinished':
        write.epoch(runId, event.metrics, nonFinite.length > 0, isAgain);
        this.#epochs += 1;
        return;
      case 'logged':
        return write.log(runId, event.line);
      case 'resumed':
        this.#epochs = event.epoch;
        return this.#begin(event);
      case 'checkpointed':
        return write.checkpoint(runId, event.checkpoint);
      default:
        return this.#end(endingOf(event, this.#epochs, config.epochs));
    }
  }

  #isResuming(): boolean {
    return (this.#input.checkpoints?.resumeFrom.length ?? 0) > 0;
  }

  /** Keeps where it trains from here on, and says in the run's record if the bits will be others than without the break. */
  #begin({ epoch, step }: Pick<TrainedIn, 'epoch' | 'step'>): void {
    if (this.#environment === null) return;
    const { write, onStored } = this.#parts;
    const former = write.beginsIn(this.#input.runId, { epoch, step, environment: this.#environment });
    const differences = former === null ? [] : factDifferences(exactFacts(former), exactFacts(this.#environment));
    if (differences.length === 0) return;
    const line = { at: new Date().toISOString(), level: 'warning', text: inexactText(differences) } as const;
    write.log(this.#input.runId, line);
    onStored({ type: 'logged', line });
  }

  /** Stores the ending. A run that the lab itself cut short is interrupted, whatever its trainer calls it. */
  #end(ending: Ending): void {
    const final: Ending =
      this.#closing && ending.state !== 'finished'
        ? { state: 'interrupted', reason: `The lab was closed while it was running; ${kept(this.#epochs)}.` }
        : ending;
    this.#parts.write.end(this.#input.runId, final.state, final.reason);
    this.#ending = final;
  }

  /** Ends the run even if the store fails: the queue tries again, and the next start would call it interrupted. */
  #break({ cause, reason, ...code }: JobBreak): void {
    // A process that the system ends for want of memory says nothing; that shows in the first epoch.
    const isMemory = cause === 'gone' && this.#epochs === 0;
    const advice = isMemory ? ` If memory ran out: ${memoryAdvice(this.#input.config)}` : '';
    const ending = { state: brokenStates[cause], reason: `${reason}${advice}`, ...code };
    try {
      this.#end(ending);
    } catch (error) {
      if (!(error instanceof LabError)) console.error('The end of a run could not be stored:', error);
    }
    this.#ending ??= ending;
  }
}

const kept = (epochs: number): string => `${counted(epochs, 'epoch')} ${epochs === 1 ? 'is' : 'are'} kept`;

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
