import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { build, isBuildStale } from './build.ts';
import { findElectron } from './electron/index.ts';
import { checkSystem } from './electron/system.ts';
import { provideSystem } from './system/debian.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => console.log(`esam-lab: ${line}`);

/** `npm start`: builds what is stale, finds an Electron, checks the system and opens the window. */
const start = async (): Promise<void> => {
  if (isBuildStale(root)) {
    say('Building the app');
    await build(root);
  }
  const electron = await findElectron({ onProgress: say });
  const notices = electron.notice === null ? [] : [electron.notice];
  notices.forEach(say);
  const problems = await checkSystem(electron.path);
  await provideSystem(
    problems.flatMap(({ need }) => need ?? []),
    problems.map(({ message }) => message),
    say,
  );
  const rest = problems.filter(({ need }) => need === null || need === 'display');
  if (rest.length > 0) throw new LabError('INSTALL_FAILED', rest.map(({ message }) => message).join('\n'));

  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot) say('Started as root: the browser sandbox is off');
  const parameters = [...(isRoot ? ['--no-sandbox'] : []), root, ...process.argv.slice(2)];
  const app = spawn(electron.path, parameters, {
    stdio: 'inherit',
    env: { ...process.env, ESAM_LAB_NODE: process.execPath, ESAM_LAB_NOTICES: notices.join('\n') },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.kill(signal));
  app.on('error', (error) => {
    console.error(`esam-lab: Electron could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  app.on('exit', (code) => (process.exitCode = code ?? 1));
};

try {
  await start();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`esam-lab: ${error.message}`);
  process.exitCode = 1;
}
