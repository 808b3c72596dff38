import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import { trainJob } from '../../../shared/jobs/train.ts';
import type { TrainingEvent, TrainInput } from '../../../shared/jobs/train.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { StoreWriter } from '../store/index.ts';
import type { TrainerLauncher } from '../trainers.ts';
import { JobProcess } from './jobProcess.ts';
import type { JobBreak, JobLimits } from './jobProcess.ts';
import { Recording } from './recording.ts';
import type { Ending } from './recording.ts';

type StopWhen = NonNullable<RunSummary['stopRequested']>;

export interface TrainingParts {
  readonly launcher: TrainerLauncher;
  readonly write: StoreWriter;
  readonly limits: JobLimits;
  /** The run was under way before: what it trains again takes the place of what it had measured. */
  readonly isAgain: boolean;
  /** Hears of every event that the store holds. */
  readonly onStored: (event: TrainingEvent) => void;
}

/**
 * One run in one trainer process, from its launch until the process is gone. Every event is stored, then acknowledged, then told.
 * A run is finished only if its trainer says `done` after all its epochs; nothing else counts, least of all an exit code.
 */
export class Training {
  /** Resolves when the process is gone; the store holds the ending by then, unless the store itself failed. */
  readonly ended: Promise<Ending>;
  readonly #input: TrainInput;
  readonly #parts: TrainingParts;
  readonly #recording: Recording;
  readonly #job: JobProcess<TrainInput, TrainingEvent>;
  #ending: Ending | null = null;
  #closing = false;

  constructor(input: TrainInput, parts: TrainingParts) {
    this.#input = input;
    this.#parts = parts;
    const { runId, config, checkpoints, dataset } = input;
    const isResuming = (checkpoints?.resumeFrom.length ?? 0) > 0;
    this.#recording = new Recording(
      { runId, config, dataset, isResuming, isAgain: parts.isAgain },
      parts.write,
      parts.onStored,
    );
    this.#job = new JobProcess(trainJob, input, {
      launcher: parts.launcher,
      limits: parts.limits,
      device: input.config.device,
      onEvent: (event, nonFinite) => {
        const ending = this.#recording.store(event, nonFinite);
        if (ending !== null) this.#end(ending);
      },
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

  /** Stores the ending. A run that the lab itself cut short is interrupted, whatever its trainer calls it. */
  #end(ending: Ending): void {
    const final: Ending =
      this.#closing && ending.state !== 'finished'
        ? { state: 'interrupted', reason: `The lab was closed while it was running; ${kept(this.#recording.epochs)}.` }
        : ending;
    this.#parts.write.end(this.#input.runId, final.state, final.reason);
    this.#ending = final;
  }

  /** Ends the run even if the store fails: the queue tries again, and the next start would call it interrupted. */
  #break(how: JobBreak): void {
    const ending = this.#recording.broken(how);
    try {
      this.#end(ending);
    } catch (error) {
      if (!(error instanceof LabError)) console.error('The end of a run could not be stored:', error);
    }
    this.#ending ??= ending;
  }
}

const kept = (epochs: number): string => `${counted(epochs, 'epoch')} ${epochs === 1 ? 'is' : 'are'} kept`;
