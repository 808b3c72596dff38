import { availableParallelism } from 'node:os';
import { engineEnvironment } from '../../shared/engineEnvironment.ts';
import { LabError } from '../../shared/errors.ts';
import type { LabErrorCode } from '../../shared/errors.ts';
import { memoryAdvice } from '../../shared/memoryAdvice.ts';
import type { RunSummary } from '../../shared/run.ts';
import { trainerMessageSchema } from '../../shared/trainerProtocol.ts';
import type { TrainerCommand, TrainingEvent } from '../../shared/trainerProtocol.ts';
import { replaceNonFinite } from './nonFinite.ts';
import type { EndState, StoreWriter } from './store/index.ts';
import type { Trainer, TrainerLauncher } from './trainers.ts';
import { watchSilence } from './watchdog.ts';

export type Assignment = Omit<Extract<TrainerCommand, { type: 'train' }>, 'type'>;
type StopWhen = NonNullable<RunSummary['stopRequested']>;

/** How a run ended; `code` is the error's that the trainer reported. */
export interface Ending {
  readonly state: EndState;
  readonly reason: string | null;
  readonly code?: LabErrorCode;
}

export interface TrainingLimits {
  /** A trainer that says nothing for so long is taken for hung, and ended. It cannot speak within a step. */
  readonly silenceMs: number;
  /** How long a trainer may take to answer "stop now", and to end after its last event, before it is ended. */
  readonly stopMs: number;
}

export interface TrainingParts {
  readonly launcher: TrainerLauncher;
  readonly write: StoreWriter;
  readonly limits: TrainingLimits;
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
  readonly #assignment: Assignment;
  readonly #parts: TrainingParts;
  #trainer: Trainer | null = null;
  #ready = false;
  #stop: StopWhen | null = null;
  #sequence = 0;
  #epochs = 0;
  #ending: Ending | null = null;
  #closing = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(assignment: Assignment, parts: TrainingParts) {
    this.#assignment = assignment;
    this.#parts = parts;
    this.ended = this.#run();
  }

  stop(when: StopWhen): void {
    this.#stop = when;
    if (this.#ready) this.#post({ type: 'stop', when });
    if (when === 'now') {
      this.#killAfter(this.#parts.limits.stopMs, {
        state: 'stopped',
        reason: `Stopped by you; the trainer did not answer within ${this.#parts.limits.stopMs / 1000} seconds and was ended.`,
      });
    }
  }

  /** Ends the run because the lab closes. */
  async close(): Promise<void> {
    this.#closing = true;
    this.stop('now');
    await this.ended;
  }

  async #run(): Promise<Ending> {
    let trainer: Trainer;
    try {
      trainer = await this.#parts.launcher.launch({
        ...engineEnvironment(this.#assignment.config.device),
        // Images are decoded on libuv's threads, of which there are four unless this is said before they start.
        UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())),
      });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return this.#endAnyway({
        state: 'failed',
        reason: `The trainer could not be started: ${said}`,
        code: 'TRAINER_LOST',
      });
    }
    this.#trainer = trainer;
    if (this.#hasEnded()) trainer.kill();
    const watch = watchSilence(this.#parts.limits.silenceMs, () =>
      this.#kill({
        state: 'interrupted',
        reason: `The trainer said nothing for ${this.#parts.limits.silenceMs / 1000} seconds and was ended.`,
      }),
    );
    const closeReason = await new Promise<string>((resolve) => {
      trainer.onClose(resolve);
      trainer.onMessage((message) => {
        watch.heard();
        this.#receive(message);
      });
    });
    watch.stop();
    this.#timers.forEach(clearTimeout);
    return this.#ending ?? this.#endAnyway(this.#lost(closeReason));
  }

  /** The process went away unasked; one that never came up would not do so for the next run either. */
  #lost(closeReason: string): Ending {
    if (this.#ready) {
      // A process that the system ends for want of memory says nothing; that shows in the first epoch.
      const advice = this.#epochs > 0 ? '' : ` If memory ran out: ${memoryAdvice(this.#assignment.config)}`;
      return { state: 'interrupted', reason: `${closeReason}${advice}` };
    }
    return { state: 'failed', reason: `The trainer did not come up. ${closeReason}`, code: 'TRAINER_LOST' };
  }

  #receive(raw: unknown): void {
    if (this.#hasEnded()) return;
    const { data, paths } = replaceNonFinite(raw);
    const parsed = trainerMessageSchema.safeParse(data);
    if (!parsed.success) {
      console.error('A trainer sent what the protocol does not know:', parsed.error);
      const where = parsed.error.issues[0]?.path.join('.') ?? '';
      const reason = `The trainer sent a message that this lab does not understand${where && ` (${where})`}.`;
      return this.#kill({ state: 'failed', reason });
    }
    const message = parsed.data;
    if (message.type === 'ready') this.#begin();
    if (message.type !== 'event') return;
    if (message.sequence !== this.#sequence + 1) {
      return this.#kill({ state: 'interrupted', reason: 'Messages of the trainer were lost on the way to the lab.' });
    }
    try {
      this.#record(message.sequence, message.event, paths);
    } catch (error) {
      const known = error instanceof LabError ? error : null;
      if (known === null) console.error('A run could not be stored:', error);
      this.#kill({
        state: 'interrupted',
        reason: `What the trainer measured could not be stored. ${known?.message ?? 'See the log of the lab.'}`,
        ...(known !== null && { code: known.code }),
      });
    }
  }

  #begin(): void {
    this.#ready = true;
    if (this.#stop === 'now') return this.#kill({ state: 'stopped', reason: 'Stopped by you before its first step.' });
    this.#post({ type: 'train', ...this.#assignment });
    if (this.#stop !== null) this.#post({ type: 'stop', when: this.#stop });
  }

  #record(sequence: number, event: TrainingEvent, nonFinite: readonly string[]): void {
    this.#store(event, nonFinite);
    this.#sequence = sequence;
    this.#post({ type: 'acknowledge', sequence });
    this.#parts.onStored(event);
  }

  #store(event: TrainingEvent, nonFinite: readonly string[]): void {
    const { runId, config } = this.#assignment;
    const { write, isAgain } = this.#parts;
    switch (event.type) {
      case 'started':
        return write.environment(runId, event.environment);
      case 'progress': {
        const isNonFinite = (index: number) => nonFinite.some((path) => path.startsWith(`.event.steps.${index}.`));
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
        return;
      case 'checkpointed':
        return write.checkpoint(runId, event.checkpoint);
      default:
        this.#end(endingOf(event, this.#epochs, config.epochs));
        this.#killAfter(this.#parts.limits.stopMs, null);
    }
  }

  /** Stores the ending. A run that the lab itself cut short is interrupted, whatever its trainer calls it. */
  #end(ending: Ending): void {
    const final: Ending =
      this.#closing && ending.state !== 'finished'
        ? { state: 'interrupted', reason: `The lab was closed while it was running; ${this.#epochs} epochs are kept.` }
        : ending;
    this.#parts.write.end(this.#assignment.runId, final.state, final.reason);
    this.#ending = final;
  }

  /** Ends the run even if the store fails: the queue tries again, and the next start would call it interrupted. */
  #endAnyway(ending: Ending): Ending {
    try {
      this.#end(ending);
    } catch (error) {
      if (!(error instanceof LabError)) console.error('The end of a run could not be stored:', error);
    }
    this.#ending ??= ending;
    return this.#ending;
  }

  #hasEnded(): boolean {
    return this.#ending !== null;
  }

  #post(command: TrainerCommand): void {
    this.#trainer?.post(command);
  }

  #kill(ending: Ending | null): void {
    if (this.#ending === null && ending !== null) this.#endAnyway(ending);
    this.#trainer?.kill();
  }

  #killAfter(delayMs: number, ending: Ending | null): void {
    this.#timers.push(setTimeout(() => this.#kill(ending), delayMs));
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
