import { availableParallelism } from 'node:os';
import { engineEnvironment } from '../../../shared/engineEnvironment.ts';
import { LabError } from '../../../shared/errors.ts';
import type { LabErrorCode } from '../../../shared/errors.ts';
import type { JobEvent, JobKind } from '../../../shared/jobs/job.ts';
import type { DeviceConfig } from '../../../shared/runConfig.ts';
import { trainerMessageSchema } from '../../../shared/trainerProtocol.ts';
import type { TrainerCommand } from '../../../shared/trainerProtocol.ts';
import { threadsOf } from '../processor.ts';
import type { Trainer, TrainerLauncher } from '../trainers.ts';
import { isStopped } from './isStopped.ts';
import { replaceNonFinite } from './nonFinite.ts';
import { watchSilence } from './watchdog.ts';

type StopWhen = Extract<TrainerCommand, { type: 'stop' }>['when'];

export const jobBreakCauses = [
  'not launched',
  'never ready',
  'gone',
  'silent',
  'not understood',
  'messages lost',
  'not stored',
  'stopped before its start',
  'deaf to stop',
  'cancelled',
] as const;

/** What went wrong with a job that did not tell its own end. */
export interface JobBreak {
  readonly cause: (typeof jobBreakCauses)[number];
  /** Sentences for a person. */
  readonly reason: string;
  readonly code?: LabErrorCode | undefined;
}

export interface JobLimits {
  /** A trainer that says nothing for so long is taken for hung, and ended. It cannot speak within a step. */
  readonly silenceMs: number;
  /** How long a trainer may take to answer "stop now", and to end after its last event, before it is ended. */
  readonly stopMs: number;
}

export interface JobParts<E extends JobEvent> {
  readonly launcher: TrainerLauncher;
  readonly limits: JobLimits;
  /** What the process has to be started with. */
  readonly device: DeviceConfig;
  /**
   * Takes an event; it is acknowledged when this returns. An error that this throws ends the process as `not stored`.
   * @param nonFinite - dotted paths in the event ("steps.0.lossBefore") where a number that was not finite became null.
   */
  readonly onEvent: (event: E, nonFinite: readonly string[]) => void;
  /** Hears of an event once it is acknowledged. */
  readonly onTaken?: (event: E) => void;
  /** Hears once, where the job ends without having told its own end, as soon as that is known. */
  readonly onBreak: (how: JobBreak) => void;
}

/**
 * A job in a trainer process of its own, from the launch until the process is gone. Events come in order and without a gap; the last is
 * one of the kind's `ends`, or `onBreak` is called. Exit codes prove nothing.
 */
export class JobProcess<I, E extends JobEvent> {
  /** Resolves when the process is gone. */
  readonly closed: Promise<void>;
  readonly #kind: JobKind<I, E>;
  readonly #input: I;
  readonly #parts: JobParts<E>;
  #trainer: Trainer | null = null;
  #isReady = false;
  #stop: StopWhen | null = null;
  #sequence = 0;
  #isOver = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(kind: JobKind<I, E>, input: I, parts: JobParts<E>) {
    this.#kind = kind;
    this.#input = input;
    this.#parts = parts;
    this.closed = this.#run();
  }

  /** Asks it to end; one that does not answer "now" in time is ended. */
  stop(when: StopWhen): void {
    const { stopMs } = this.#parts.limits;
    this.#stop = when;
    if (this.#isReady) this.#post({ type: 'stop', when });
    if (when !== 'now') return;
    this.#killAfter(stopMs, {
      cause: 'deaf to stop',
      reason: `Stopped by you; the trainer did not answer within ${stopMs / 1000} seconds and was ended.`,
    });
  }

  /** Asks it to keep its present state, and to go on. */
  checkpoint(): void {
    if (this.#isReady) this.#post({ type: 'checkpoint' });
  }

  /** Ends the process at once. */
  cancel(reason: string): void {
    this.#kill({ cause: 'cancelled', reason });
  }

  async #run(): Promise<void> {
    const { launcher, limits, device } = this.#parts;
    try {
      this.#trainer = await launcher.launch({
        ...engineEnvironment(device, threadsOf(device)),
        // Images are decoded on libuv's threads, of which there are four unless this is said before they start.
        UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism())),
      });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const reason = `The trainer could not be started: ${said}`;
      this.#break({ cause: 'not launched', reason, code: 'TRAINER_LOST' });
      return;
    }
    const trainer = this.#trainer;
    if (this.#isOver) trainer.kill();
    const silence = `The trainer said nothing for ${limits.silenceMs / 1000} seconds and was ended.`;
    const watch = watchSilence(
      limits.silenceMs,
      () => this.#kill({ cause: 'silent', reason: silence }),
      () => isStopped(trainer.pid),
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
    this.#break(
      this.#isReady
        ? { cause: 'gone', reason: closeReason }
        : { cause: 'never ready', reason: `The trainer did not come up. ${closeReason}`, code: 'TRAINER_LOST' },
    );
  }

  #receive(raw: unknown): void {
    if (this.#isOver) return;
    const { data, paths } = replaceNonFinite(raw);
    const parsed = trainerMessageSchema.safeParse(data);
    if (!parsed.success) return this.#garbled(parsed.error);
    const message = parsed.data;
    if (message.type === 'ready') this.#begin();
    if (message.type !== 'event') return;
    const event = this.#kind.event.safeParse(message.event);
    if (!event.success) return this.#garbled(event.error);
    if (message.sequence !== this.#sequence + 1) {
      return this.#kill({
        cause: 'messages lost',
        reason: 'Messages of the trainer were lost on the way to the lab.',
      });
    }
    this.#take(
      message.sequence,
      event.data,
      paths.map((path) => path.replace(/^\.event\./, '')),
    );
  }

  #garbled(error: { readonly issues: readonly { readonly path: PropertyKey[] }[] }): void {
    console.error('A trainer sent what the protocol does not know:', error);
    const where = error.issues[0]?.path.join('.') ?? '';
    const reason = `The trainer sent a message that this lab does not understand${where && ` (${where})`}.`;
    this.#kill({ cause: 'not understood', reason });
  }

  #begin(): void {
    this.#isReady = true;
    if (this.#stop === 'now') {
      return this.#kill({ cause: 'stopped before its start', reason: 'Stopped by you before its first step.' });
    }
    this.#post({ type: 'start', job: this.#kind.name, input: this.#input });
    if (this.#stop !== null) this.#post({ type: 'stop', when: this.#stop });
  }

  #take(sequence: number, event: E, nonFinite: readonly string[]): void {
    try {
      this.#parts.onEvent(event, nonFinite);
      this.#sequence = sequence;
      this.#post({ type: 'acknowledge', sequence });
      this.#parts.onTaken?.(event);
    } catch (error) {
      const known = error instanceof LabError ? error : null;
      if (known === null) console.error('What a trainer told could not be stored:', error);
      return this.#kill({
        cause: 'not stored',
        reason: `What the trainer measured could not be stored. ${known?.message ?? 'See the log of the lab.'}`,
        ...(known !== null && { code: known.code }),
      });
    }
    if (!this.#kind.ends.includes(event.type)) return;
    this.#isOver = true;
    this.#killAfter(this.#parts.limits.stopMs, null);
  }

  #break(how: JobBreak): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.onBreak(how);
  }

  #post(command: TrainerCommand): void {
    this.#trainer?.post(command);
  }

  #kill(how: JobBreak | null): void {
    if (how !== null) this.#break(how);
    this.#trainer?.kill();
  }

  #killAfter(delayMs: number, how: JobBreak | null): void {
    this.#timers.push(setTimeout(() => this.#kill(how), delayMs));
  }
}
