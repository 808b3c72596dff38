import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import { relayedChannel } from './desktop.ts';
import type { RelayedChannel } from './desktop.ts';
import type { Trainer, TrainerLauncher } from './trainers.ts';

type TrainerControl = Extract<LabControl, { trainerId: number }>;

interface Launching {
  readonly channel: RelayedChannel;
  readonly started: (pid: number) => void;
  readonly failed: (error: Error) => void;
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
      this.#trainers.set(trainerId, { channel, started, failed });
      this.#tell({ type: 'launchTrainer', trainerId, environment: { ...environment } });
    });
    return { ...channel, pid, kill: () => end('kill') };
  }

  handle(control: TrainerControl): void {
    const trainer = this.#trainers.get(control.trainerId);
    if (trainer === undefined) return;
    if (control.type === 'trainerStarted') trainer.started(control.pid);
    else if (control.type === 'trainerMessage') trainer.channel.deliver(control.message);
    else {
      this.#trainers.delete(control.trainerId);
      trainer.failed(new Error(control.reason)); // without effect once started
      trainer.channel.end(control.reason);
    }
  }
}
