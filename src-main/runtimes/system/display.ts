import { spawn } from 'node:child_process';
import { LabError } from '../../../shared/errors.ts';
import { findXvfb } from './programs.ts';

export interface Display {
  /** Value for the environment variable DISPLAY. */
  readonly name: string;
  stop(): void;
}

const startLimitMs = 30_000;

/**
 * Starts an X server without a screen, on a display number that it finds free itself.
 * @throws LabError INSTALL_FAILED
 */
export const startDisplay = (): Promise<Display> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new LabError('INSTALL_FAILED', `The virtual display Xvfb did not start: ${why}`));
    const screen = ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
    const server = spawn(findXvfb() ?? 'Xvfb', screen, { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      fail('it did not answer within 30 seconds');
    }, startLimitMs);
    const end = (why: string): void => {
      clearTimeout(timer);
      fail(why);
    };
    server.on('error', (error) => end(error.message));
    server.on('exit', (code) => end(`it ended with code ${code ?? 'none'}. ${errors.trim()}`));
    let output = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!output.includes('\n')) return;
      clearTimeout(timer);
      resolve({ name: `:${output.trim()}`, stop: () => void server.kill() });
    });
  });
