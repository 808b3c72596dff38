import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { leash } from '../processes/leash.ts';
import { outputsMayFail } from '../processes/outputsMayFail.ts';
import { build, isBuildStale } from './build.ts';
import { findElectron } from './electron/index.ts';
import { checkSystem } from './electron/system.ts';
import { installCommand, provideSystem } from './system/debian.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => console.log(`esam-lab: ${line}`);

outputsMayFail();
const given = process.argv.slice(2);
/** `--desktop` insists on the window, `--browser` on a browser; else it is the window where one can be opened. */
const choices = ['--desktop', '--browser'];
const others = given.filter((parameter) => !choices.includes(parameter));
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);

/** Hands signals on to the app, and ends as it ends. */
const follow = (app: ChildProcess, name: string): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.kill(signal));
  app.on('error', (error) => {
    console.error(`esam-lab: ${name} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  app.on('exit', leash(app.pid, { signal: 'TERM' }));
  app.on('exit', (code) => (process.exitCode = code ?? 1));
};

/** @throws LabError INSTALL_* where Electron cannot open a window. */
const openWindow = async (insists: boolean): Promise<void> => {
  const electron = await findElectron({ onProgress: say });
  const notices = electron.notice === null ? [] : [electron.notice];
  notices.forEach(say);
  const problems = await checkSystem(electron.path);
  const needs = problems.flatMap(({ need }) => need ?? []);
  const messages = problems.map(({ message }) => message);
  if (insists) await provideSystem(needs, messages, say);
  const rest = insists ? problems.filter(({ need }) => need === null || need === 'display') : problems;
  if (rest.length > 0) {
    const install = insists || needs.length === 0 ? [] : [`Install what is missing with ${installCommand(needs)}`];
    throw new LabError('INSTALL_FAILED', [...rest.map(({ message }) => message), ...install].join('\n'));
  }
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot) say('Started as root: the browser sandbox is off');
  const app = spawn(electron.path, [...(isRoot ? ['--no-sandbox'] : []), root, ...others], {
    stdio: 'inherit',
    env: { ...process.env, ESAM_LAB_NODE: process.execPath, ESAM_LAB_NOTICES: notices.join('\n') },
  });
  follow(app, 'Electron');
};

/** The window in a browser; the server says the address. */
const serveBrowser = (): void => {
  const opens = hasDisplay ? ['--open'] : [];
  const entry = join(root, 'src-main/cli/index.ts');
  follow(spawn(process.execPath, [entry, 'serve', ...opens, ...others], { stdio: 'inherit' }), 'The lab');
};

/** `npm start`: builds what is stale and opens the window: in Electron, or in a browser where that cannot be. */
const start = async (): Promise<void> => {
  if (isBuildStale(root)) {
    say('Building the app');
    await build(root);
  }
  const insists = given.includes('--desktop');
  if (given.includes('--browser')) {
    serveBrowser();
    return;
  }
  if (!insists && !hasDisplay) {
    say('There is no display (for a window: xvfb-run --auto-servernum npm start); serving the lab to a browser');
    serveBrowser();
    return;
  }
  try {
    await openWindow(insists);
  } catch (error) {
    if (insists || !(error instanceof LabError)) throw error;
    say(`${error.message.replaceAll('\n', ' ')} Serving the lab to a browser instead`);
    serveBrowser();
  }
};

try {
  await start();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(`esam-lab: ${error.message}`);
  process.exitCode = 1;
}
