import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { runCommand } from './command.ts';

const inputs = ['shared', 'src-main', 'src-renderer', 'resources', 'electron.config.ts', 'package-lock.json'];
/** Written when all is there: a build that failed or was killed leaves parts that look whole. */
const mark = 'out/built';
const outputs = ['out/main/index.cjs', 'out/preload/index.cjs', 'out/renderer/index.html', mark];

const newest = (path: string): number => {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const files = readdirSync(path, { recursive: true, withFileTypes: true });
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
};

/** Whether `out/` is missing, in part only, or older than anything it is built from. */
export const isBuildStale = (root: string): boolean => {
  const built = outputs.map((path) => join(root, path));
  if (!built.every((path) => existsSync(path))) return true;
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs));
  return inputs.some((path) => newest(join(root, path)) > oldest);
};

/**
 * Builds the app with electron-vite.
 * @throws LabError INTERNAL with the bundler's words.
 */
export const build = async (root: string): Promise<void> => {
  const electronVite = dirname(createRequire(import.meta.url).resolve('electron-vite/package.json'));
  const script = join(electronVite, 'bin', 'electron-vite.js');
  const parameters = [script, 'build', '--config', 'electron.config.ts'];
  if (existsSync(join(root, mark))) utimesSync(join(root, mark), 0, 0); // older than all that it is built from
  const result = await runCommand(process.execPath, parameters, { cwd: root, timeoutMs: 10 * 60_000 });
  if (result.code !== 0) {
    const words = `${result.stdout}${result.stderr}`;
    throw new LabError(
      'INTERNAL',
      `The app could not be built; “npm ci” brings the packages that it is built from.\n${words}`,
    );
  }
  writeFileSync(join(root, mark), '');
};
