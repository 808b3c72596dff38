import { utilityProcess } from 'electron';
import type { UtilityProcess } from 'electron';
import { leash } from '../processes/leash.ts';
import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import { lastLineOf } from './lastLine.ts';

type TrainerNotice = Extract<LabNotice, { trainerId: number }>;

/** The trainers that main forks for the lab as utility processes; their messages are relayed, never read. */
export class Trainers {
  readonly #entry: string;
  readonly #tellLab: (message: LabControl) => void;
  readonly #children = new Map<number, UtilityProcess>();

  constructor(entry: string, tellLab: (message: LabControl) => void) {
    this.#entry = entry;
    this.#tellLab = tellLab;
  }

  handle(notice: TrainerNotice): void {
    if (notice.type === 'launchTrainer') return this.#launch(notice.trainerId, notice.environment);
    const child = this.#children.get(notice.trainerId);
    if (child === undefined) return;
    if (notice.type === 'trainerMessage') child.postMessage(notice.message);
    else if (notice.how === 'terminate') child.kill();
    else killAtOnce(child);
  }

  /** Ends all trainers at once: the lab they trained for is gone. */
  killAll(): void {
    for (const child of this.#children.values()) killAtOnce(child);
  }

  #launch(trainerId: number, environment: Readonly<Record<string, string>>): void {
    const child = utilityProcess.fork(this.#entry, [], {
      serviceName: 'ESAM Lab trainer',
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#children.set(trainerId, child);
    const lastLine = lastLineOf(child.stderr);
    child.once('spawn', () => {
      child.once('exit', leash(child.pid, { afterSeconds: 1 })); // within a step it does not notice that main is gone
      this.#tellLab({ type: 'trainerStarted', trainerId, pid: child.pid ?? 0 });
    });
    child.on('message', (message: unknown) => this.#tellLab({ type: 'trainerMessage', trainerId, message }));
    // The exit code is not told: Electron reports 0 after some crashes.
    child.once('exit', () => {
      this.#children.delete(trainerId);
      const said = lastLine();
      const reason = `The trainer process ended.${said === '' ? '' : ` Its last output was: ${said}`}`;
      this.#tellLab({ type: 'trainerClosed', trainerId, reason });
    });
  }
}

const killAtOnce = (child: UtilityProcess): void => {
  try {
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
  } catch {
    child.kill(); // gone already, or not ours to signal
  }
};
