import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineEnvironment } from '../../shared/engineEnvironment.ts';
import { median } from './median.ts';
import { measureSteps } from './steps.ts';

// Images/s of whole optimizer steps of ResNet-18, by method; with --peer in turn with PyTorch (pip install torch==2.13.0).
const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '0' },
    bf16: { type: 'boolean', default: false },
    peer: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    child: { type: 'boolean', default: false },
  },
});

/** Runs a program and parses the last line that it prints. */
const lastLineOf = (
  program: string,
  given: readonly string[],
  environment: NodeJS.ProcessEnv,
): Record<string, unknown> => {
  const { status, stdout } = spawnSync(program, given, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ended with status ${String(status)}.`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
};

/** The engine's environment has to be there before TensorFlow loads, so a child process measures. */
const ours = (): Record<string, unknown> => {
  const device = { engine: 'tensorflow', deterministic: false, tf32: false, memoryGrowth: true } as const;
  return lastLineOf(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--child'], {
    ...process.env,
    ...engineEnvironment({ ...device, threads: Number(values.threads) }),
  });
};

const peer = (): Record<string, unknown> =>
  lastLineOf(
    values.python,
    [
      fileURLToPath(new URL('torchSteps.py', import.meta.url)),
      ...['--batch', values.batch, '--repeats', values.repeats],
      ...(values.threads === '0' ? [] : ['--threads', values.threads]),
      ...(values.bf16 ? ['--bf16'] : []),
    ],
    process.env,
  );

const compare = (): object => {
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
    const pair = { ours: ours(), peer: peer() };
    console.log(`round ${round + 1}: ${JSON.stringify(pair)}`);
    return pair;
  });
  const of = (side: 'ours' | 'peer', method: string): number =>
    median(rounds.map((round) => Number(round[side][method])));
  const table = ['sgd', 'sam', 'esam'].map((method) => {
    const ratios = rounds.map((round) => Number(round.ours[method]) / Number(round.peer[method]));
    return [method, { ours: of('ours', method), peer: of('peer', method), ratio: Number(median(ratios).toFixed(3)) }];
  });
  const [last] = rounds.slice(-1);
  return { ...last?.ours, peer: Object.fromEntries(table) as object, torch: last?.peer['torch'] };
};

if (values.child) {
  console.log(JSON.stringify(await measureSteps(Number(values.batch), Number(values.repeats), values.bf16)));
} else console.log(JSON.stringify(values.peer ? compare() : ours()));
