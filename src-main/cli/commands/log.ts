import type { LogLine, LogWish } from '../../../shared/run.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

export interface LogOptions {
  readonly search?: string;
  /** From the first line on, instead of the last page. */
  readonly all?: boolean;
}

/** `log`: what a run and the lab said about it. A page at a time, so that a log of any size goes through. */
export const log = async (
  settings: Settings,
  runId: number,
  { search = '', all = false }: LogOptions,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const toward: LogWish['toward'] = all ? 'later' : 'earlier';
    let from: number | null = null;
    do {
      const { lines, next } = await lab.runLog({ runId, toward, from, search });
      if (lines.length > 0) await print(settings.json ? JSON.stringify(lines) : lines.map(textOf).join('\n'));
      // The last page is enough, unless nothing of it was wanted.
      from = all || lines.length === 0 ? next : null;
    } while (from !== null);
    return exitCodes.done;
  });

const textOf = ({ at, level, text }: LogLine): string => `${at}  ${level === 'info' ? '' : `${level}: `}${text}`;
