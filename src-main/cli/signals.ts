import type { Lab } from '../lab/lab.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { say } from './say.ts';

/**
 * Whether this command was told to outlive its terminal: none of its streams is one, as under `nohup … &`, cron or a cluster. Node resets
 * the signals that `nohup` had ignored, so that nothing else tells.
 */
const outlivesTerminal = (): boolean => !process.stdin.isTTY && !process.stdout.isTTY && !process.stderr.isTTY;

/**
 * Listens while a lab works: Ctrl-C, SIGTERM and the end of its terminal ask it to end (`onEnd`), SIGUSR1 keeps a checkpoint and goes on.
 * A hang-up does not reach what was told to outlive its terminal.
 * @param what - goes on then.
 * @returns the way to stop listening.
 */
export const onSignals = (
  lab: () => Pick<Lab, 'checkpoint'> | null,
  onEnd: (exitCode: ExitCode) => void,
  what = 'training',
): (() => void) => {
  const staysOn = outlivesTerminal();
  const listeners: Partial<Record<NodeJS.Signals, () => void>> = {
    SIGINT: () => onEnd(exitCodes.interrupted),
    SIGTERM: () => onEnd(exitCodes.terminated),
    SIGHUP: () => (staysOn ? say(`The terminal was closed; ${what} goes on.`) : onEnd(exitCodes.terminated)),
    SIGUSR1: () => {
      say('Keeping a checkpoint.');
      lab()?.checkpoint();
    },
  };
  const all = Object.entries(listeners) as [NodeJS.Signals, () => void][];
  for (const [signal, listener] of all) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of all) process.off(signal, listener);
  };
};
