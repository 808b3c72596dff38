import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import { relayedChannel } from './desktop.ts';
import type { RelayedChannel } from './desktop.ts';
import type { Trainer, TrainerLauncher } from './trainers.ts';

type TrainerControl = Extract<LabControl, { trainerId: number }>;

interface Launching {
  readonly channel: RelayedChannel;
  readonly started: (pid: number) => void;
  readonly failed: (error: Error) => void;
  /** Null before the process is up. */
  pid: number | null;
}

/** Trainers as utility processes: the desktop shell forks them at our request and relays their messages. */
export class DesktopTrainers implements TrainerLauncher {
  readonly #tell: (notice: LabNotice) => void;
  readonly #trainers = new Map<number, Launching>();
  #lastId = 0;

  constructor(tell: (notice: LabNotice) => void) {
    this.#tell = tell;
  }

  async launch(environment: Readonly<Record<string, string>>): Promise<Trainer> {
    const trainerId = ++this.#lastId;
    const end = (how: 'terminate' | 'kill'): void => this.#tell({ type: 'endTrainer', trainerId, how });
    const channel = relayedChannel(
      (message) => this.#tell({ type: 'trainerMessage', trainerId, message }),
      () => end('terminate'),
    );
    const pid = await new Promise<number>((started, failed) => {
      this.#trainers.set(trainerId, { channel, started, failed, pid: null });
      this.#tell({ type: 'launchTrainer', trainerId, environment: { ...environment } });
    });
    return { ...channel, pid, kill: () => end('kill') };
  }

  handle(control: TrainerControl): void {
    const trainer = this.#trainers.get(control.trainerId);
    if (trainer === undefined) return;
    if (control.type === 'trainerStarted') {
      trainer.pid = control.pid;
      trainer.started(control.pid);
    }
    if (control.type === 'trainerMessage') trainer.channel.deliver(control.message);
    if (control.type === 'trainerClosed') this.#end(control.trainerId, trainer, control.reason);
  }

  /** The shell that relays everything is gone: nobody will say any more that a trainer has ended, so they are ended here. */
  shellGone(): void {
    for (const [trainerId, trainer] of this.#trainers) {
      if (trainer.pid !== null) killAtOnce(trainer.pid);
      this.#end(trainerId, trainer, 'The app ended.');
    }
  }

  #end(trainerId: number, trainer: Launching, reason: string): void {
    this.#trainers.delete(trainerId);
    trainer.failed(new Error(reason)); // without effect once started
    trainer.channel.end(reason);
  }
}

const killAtOnce = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended with the shell
  }
};
