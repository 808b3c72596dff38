import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import type { SystemNeed } from '../system/debian.ts';
import { findXvfb } from '../system/programs.ts';

/** Something of the system that Electron lacks. */
export interface SystemProblem {
  /** What was found and what to do, but for the packages. */
  readonly message: string;
  /** What to install; null when installing is not the cure. */
  readonly need: SystemNeed | null;
}

const missingLibraries = async (electronPath: string): Promise<string[]> => {
  const result = await runCommand('ldd', [electronPath], { timeoutMs: 60_000 });
  const lines = result.stdout.split('\n').filter((line) => line.includes('not found'));
  return [...new Set(lines.map((line) => line.trim().split(/\s/)[0] ?? line))];
};

const readSwitch = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
};

/** Chromium's sandbox needs user namespaces, or its helper owned by root with the setuid bit. */
const sandboxProblem = (electronPath: string): SystemProblem | null => {
  if (process.getuid?.() === 0) return null; // Started with --no-sandbox.
  const forbidden =
    readSwitch('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    readSwitch('/proc/sys/kernel/unprivileged_userns_clone') === '0';
  if (!forbidden) return null;
  const helper = join(dirname(electronPath), 'chrome-sandbox');
  const { uid, mode } = statSync(helper);
  if (uid === 0 && (mode & 0o4000) !== 0) return null;
  return {
    message: `This system forbids unprivileged user namespaces, which Electron's sandbox needs. Run "sudo chown root ${helper} && sudo chmod 4755 ${helper}" once.`,
    need: null,
  };
};

/** Says what Electron needs that this system does not have; empty when it can start. */
export const checkSystem = async (electronPath: string): Promise<SystemProblem[]> => {
  if (process.platform !== 'linux') return [];
  const problems: SystemProblem[] = [];
  const libraries = await missingLibraries(electronPath);
  if (libraries.length > 0) {
    problems.push({
      message: `Electron needs system libraries that are not there: ${libraries.join(', ')}.`,
      need: 'electron',
    });
  }
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    const message =
      'There is no display (DISPLAY is not set): start from a desktop, or with "xvfb-run --auto-servernum npm start".';
    problems.push({ message, need: findXvfb() === null ? 'display' : null });
  }
  const sandbox = sandboxProblem(electronPath);
  return sandbox === null ? problems : [...problems, sandbox];
};
