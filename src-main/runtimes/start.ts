import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { windowOpened } from '../../shared/windowOpened.ts';
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
/** Its name; null where there is none, or another system than Linux knows without. */
const display =
  process.platform === 'linux'
    ? ([process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].find((name) => name !== undefined && name !== '') ??
      null)
    : null;
const hasDisplay = process.platform !== 'linux' || display !== null;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const endings: readonly (string | null)[] = [...signals, 'SIGKILL'];

/**
 * Hands signals on to the app, and ends as it ends.
 * @param onFailure - hears how it ended where nobody ended it and it did not end well.
 */
const follow = (app: ChildProcess, name: string, onFailure: (how: string) => void = () => undefined): void => {
  let isAsked = false;
  for (const signal of signals) {
    process.on(signal, () => {
      isAsked = true;
      app.kill(signal);
    });
  }
  app.on('error', (error) => {
    console.error(`esam-lab: ${name} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  app.on('exit', leash(app.pid, { signal: 'TERM' }));
  app.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (isAsked || code === 0 || endings.includes(signal)) return;
    onFailure(signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`);
  });
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
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ESAM_LAB_NODE: process.execPath, ESAM_LAB_NOTICES: notices.join('\n') },
  });
  let hasOpened = false;
  app.on('message', (message) => (hasOpened ||= message === windowOpened));
  app.channel?.unref();
  follow(app, 'Electron', (how) => {
    if (hasOpened) return;
    say(`Electron ${how} before it opened a window${display === null ? '' : ` (the display is ${display})`}`);
    if (insists) return;
    say('Serving the lab to a browser instead');
    serveBrowser(process.platform !== 'linux'); // one that is opened would meet the same display
  });
};

/** The window in a browser, which is opened where there is a display; the server says the address. */
const serveBrowser = (isOpened = hasDisplay): void => {
  const opens = isOpened ? ['--open'] : [];
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
