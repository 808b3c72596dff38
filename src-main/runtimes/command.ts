import { spawn } from 'node:child_process';
import { leash } from '../processes/leash.ts';

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** The command is killed after this time; the result then has `timedOut`. */
  readonly timeoutMs?: number;
  /** Gets every line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** Exit code; null when a signal ended it, or when there is no such program. */
  readonly code: number | null;
  readonly missing: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a killed process may take to end before it is given up. */
const deafMs = 500;

const killTree = (pid: number): void => {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
};

const collect = (stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): (() => string) => {
  let text = '';
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    const lines = (rest + chunk).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine?.(line);
  });
  return () => text;
};

/**
 * Runs a program to its end, without a shell; its whole process group dies with an abort, a timeout, or this process.
 * @throws the signal's reason when aborted; whatever else happened is in the result.
 */
export const runCommand = (
  program: string,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const { signal } = options;
    signal?.throwIfAborted();
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const letGo = leash(child.pid, { isGroup: true });
    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    let timedOut = false;
    const kill = (): void => {
      if (child.pid !== undefined) killTree(child.pid);
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
      setTimeout(() => finish(null, false), deafMs).unref(); // a process that waits for a dead driver cannot be killed
    }, options.timeoutMs ?? 3_600_000);
    signal?.addEventListener('abort', kill);
    let isFinished = false;
    const finish = (code: number | null, missing: boolean): void => {
      if (isFinished) return;
      isFinished = true;
      letGo();
      child.unref();
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ code, missing, timedOut, stdout: stdout(), stderr: stderr() });
    };
    child.on('error', (error: NodeJS.ErrnoException) => finish(null, error.code === 'ENOENT'));
    child.on('close', (code) => finish(code, false));
  });
