import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { build, isBuildStale } from './build.ts';
import { findElectron } from './electron/index.ts';
import { checkSystem } from './electron/system.ts';
import { provideSystem } from './system/debian.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string): void => console.log(`esam-lab: ${line}`);

const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);

/** Which of the two is insisted on; the rest of the parameters is the app's. */
const [insistsOnWindow, wantsBrowser] = [process.argv.includes('--desktop'), process.argv.includes('--browser')];
const parameters = process.argv.slice(2).filter((parameter) => !['--desktop', '--browser'].includes(parameter));

/** `npm start`: builds what is stale and opens the window; where none can be opened, says why and serves the same to a browser. */
const start = async (): Promise<void> => {
  if (isBuildStale(root)) {
    say('Building the app');
    await build(root);
  }
  if (wantsBrowser) {
    serveBrowser();
    return;
  }
  // Before anything is fetched: on a server without a display the window's own needs are no concern.
  if (!hasDisplay && !insistsOnWindow) {
    say(
      'There is no display here (DISPLAY is not set), so the lab opens in a browser; "npm start -- --desktop" insists on a window',
    );
    serveBrowser();
    return;
  }
  try {
    await openWindow();
  } catch (error) {
    if (!(error instanceof LabError) || insistsOnWindow) throw error;
    say(`No window can be opened, so the lab opens in a browser. ${error.message}`);
    serveBrowser();
  }
};

/** @throws LabError where Electron or something of the system that it needs is missing, with what would help. */
const openWindow = async (): Promise<void> => {
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
  follow('Electron', electron.path, [...(isRoot ? ['--no-sandbox'] : []), root, ...parameters], {
    ESAM_LAB_NODE: process.execPath,
    ESAM_LAB_NOTICES: notices.join('\n'),
  });
};

const serveBrowser = (): void => {
  const entry = join(root, 'src-main', 'cli', 'index.ts');
  follow('The lab', process.execPath, [entry, 'serve', ...(hasDisplay ? ['--open'] : []), ...parameters], {});
};

/** Runs a program in this one's place. */
const follow = (name: string, path: string, args: readonly string[], environment: Record<string, string>): void => {
  const app = spawn(path, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.kill(signal));
  app.on('error', (error) => {
    console.error(`esam-lab: ${name} could not be started: ${error.message}`);
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
