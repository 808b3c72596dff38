#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { outputsMayFail } from '../processes/outputsMayFail.ts';
import { keepCompiled } from '../runtimes/keepCompiled.ts';
import { isNodeNewEnough, runInNewerNode } from './newerNode.ts';

// Slurm's warning before a job's time is over; without a listener, Node would open its debugger to the network's loopback.
process.on('SIGUSR1', () => undefined);

/** `npm run lab` begins in the project's folder: paths are meant from where the user called it. */
const goToCaller = (): void => {
  const caller = process.env['INIT_CWD'] ?? '';
  const project = fileURLToPath(new URL('../..', import.meta.url));
  if (caller === '' || process.env['npm_lifecycle_event'] === undefined) return;
  if (realpathSync(process.cwd()) === realpathSync(project)) process.chdir(caller);
};

const main = async (): Promise<number> => {
  goToCaller();
  if (!isNodeNewEnough()) return runInNewerNode(fileURLToPath(import.meta.url));
  keepCompiled();
  const { run, locate } = await import('./program.ts'); // only now: it loads what a too old Node cannot
  return run(process.argv, locate(import.meta.url));
};

outputsMayFail();
process.exitCode = 1; // unless the command says how it ended: one that waits for what never comes has failed
void main().then((code) => process.exit(code));
