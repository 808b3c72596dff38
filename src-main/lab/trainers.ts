import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Channel } from '../../shared/channel.ts';
import { leash } from '../processes/leash.ts';

/** One trainer process; it trains one run and ends. */
export interface Trainer extends Channel {
  /** Null before the process is up or where the platform does not tell. */
  readonly pid: number | null;
  /** Ends the process at once, whatever it is doing (SIGKILL); `onClose` follows. */
  kill(): void;
}

/** How a trainer is started: an Electron utility process through main, or a child process of plain Node. */
export interface TrainerLauncher {
  /**
   * @param environment - variables that must be set before the process loads the engine.
   * @throws Error if the process cannot be started.
   */
  launch(environment: Readonly<Record<string, string>>): Promise<Trainer>;
}

/**
 * Starts trainers as child processes of this Node.
 * @param entry - the trainer's entry file.
 * @param environment - variables set for every trainer, beneath those of a launch.
 */
export const nodeTrainers = (entry: string, environment: Readonly<Record<string, string>> = {}): TrainerLauncher => ({
  launch: async (variables) => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      // Before the trainer listens to signals, SIGUSR1 must open no debugger either.
      execArgv: process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : [],
      env: { ...process.env, ...compiledHere(), ...environment, ...variables },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32', // Ctrl-C on a terminal is for the lab, which then stops its trainer in order
    });
    const letGo = leash(child.pid, { isGroup: true }); // within a step, or while it loads its engine, it sees no closed channel
    child.once('close', letGo);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return trainerOf(child);
  },
});

/** Where this process keeps what Node compiles, trainers do, too: Node's own folder lies in the one that is named. */
const compiledHere = (): Record<string, string> => {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
};

const trainerOf = (child: ChildProcess): Trainer => {
  let closeReason: string | null = null;
  const closeListeners: ((reason: string) => void)[] = [];
  const lastLine = keepLastLine(child);
  child.on('error', () => undefined); // a failed send; 'close' tells the rest
  child.once('close', (code, signal) => {
    closeReason = endedBecause(code, signal, lastLine());
    for (const listener of closeListeners) listener(closeReason);
  });
  return {
    pid: child.pid ?? null,
    post: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => {
      if (closeReason === null) closeListeners.push(listener);
      else listener(closeReason);
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

const endedBecause = (code: number | null, signal: string | null, lastLine: string): string => {
  const how = signal === null ? `with exit code ${String(code)}` : `by signal ${signal}`;
  return `The trainer process ended ${how}.${lastLine === '' ? '' : ` Its last output was: ${lastLine}`}`;
};

/** Reads the child's stderr and answers the line that names the last error, else its last line, at most 300 characters. */
const keepLastLine = (child: ChildProcess): (() => string) => {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-8192);
  });
  return () => {
    const lines = tail.trim().split(/\r?\n/);
    const line = lines.findLast((each) => /^\w*Error\b/.test(each)) ?? lines.at(-1) ?? '';
    return line.trim().slice(0, 300);
  };
};
