import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { prepare } from './prepare.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

/** What the tests' many processes compile, kept from one to the next. */
const compileCache = join(root, 'node_modules/.cache/esam-lab-tests');

/** The report that `.ci/run` counts, written where ESAM_LAB_TEST_REPORT says. */
const reporters = (): string[] => {
  const file = process.env['ESAM_LAB_TEST_REPORT'];
  return file === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
};

const runVitest = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const tests = spawn(process.execPath, [vitest, 'run', ...reporters(), ...process.argv.slice(2)], {
      cwd: root,
      stdio: 'inherit',
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal));
    tests.on('error', reject);
    tests.on('exit', (code) => resolve(code ?? 1));
  });

/** `npm test`: provides what the tests need, then runs them; with `--prepare` only the former. */
const test = async (): Promise<number> => {
  const needsDisplay = process.platform === 'linux' && !process.env['DISPLAY'];
  await prepare(needsDisplay, (line) => console.log(`prepare: ${line}`));
  return process.argv.includes('--prepare') ? 0 : runVitest();
};

try {
  process.exitCode = await test();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`prepare: ${error.message}`);
  process.exitCode = 1;
}
