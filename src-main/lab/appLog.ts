import { existsSync, lstatSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { appLogLevels, logFolderName } from '../../shared/appLog.ts';
import type { AppLogLevel, AppLogLine } from '../../shared/appLog.ts';
import { readRegular } from '../files/readRegular.ts';
import { appendOwn } from '../files/writeOwn.ts';

export interface AppLog {
  write(level: AppLogLevel, text: string): void;
  /** The newest lines, oldest first. */
  last(count: number): AppLogLine[];
}

const fileName = 'lab.log';
/** Then it begins anew; the one before stays as `lab.log.1`. */
const mostBytes = 1_000_000;

/**
 * The lab's own log in its workspace: a line an event, further lines of one are indented. Several processes may write it. Writing never
 * throws: a full disk costs the log its line, nothing else.
 */
export const openAppLog = (workspaceFolder: string): AppLog => {
  const folder = join(workspaceFolder, logFolderName);
  const file = join(folder, fileName);
  const begin = (): void => {
    mkdirSync(folder, { recursive: true });
    if (!lstatSync(folder).isDirectory()) throw new Error('logs is a link'); // into a folder of anybody's
    if (existsSync(file) && statSync(file).size > mostBytes) renameSync(file, `${file}.1`);
  };
  return {
    write: (level, text) => {
      try {
        if (!existsSync(workspaceFolder)) return;
        begin();
        const line = `${new Date().toISOString()} ${level} ${text.trimEnd().replaceAll(/\r?\n/g, '\n  ')}\n`;
        appendOwn(file, line);
      } catch {
        // as promised
      }
    },
    last: (count) => [...linesOf(`${file}.1`), ...linesOf(file)].slice(-count),
  };
};

const isLevel = (text: string): text is AppLogLevel => (appLogLevels as readonly string[]).includes(text);

const linesOf = (file: string): AppLogLine[] => {
  const lines: AppLogLine[] = [];
  for (const line of readOrNothing(file).split('\n')) {
    const [, at, level, text] = /^(\S+Z) (\w+) (.*)$/.exec(line) ?? [];
    const former = lines.at(-1);
    if (at !== undefined && level !== undefined && text !== undefined && isLevel(level))
      lines.push({ at, level, text });
    else if (former !== undefined && line !== '')
      lines[lines.length - 1] = { ...former, text: `${former.text}\n${line}` };
  }
  return lines;
};

const readOrNothing = (file: string): string => {
  try {
    return readRegular(file).toString('utf8');
  } catch {
    return '';
  }
};

/** From now on, what this process complains of on its console goes into the log too, and so does what ends it. */
export const keepComplaints = (log: AppLog): void => {
  const { error } = console;
  console.error = (...parts: unknown[]): void => {
    error(...parts);
    log.write('error', format(...parts));
  };
  process.on('uncaughtExceptionMonitor', (failure) => log.write('error', format(failure)));
};
