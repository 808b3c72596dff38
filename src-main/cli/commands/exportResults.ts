import { everyGroup } from '../../../shared/result.ts';
import type { AccuracyChoice, ExportFormat } from '../../../shared/result.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { writeFile } from '../writeFile.ts';

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly output?: string;
  /** Of CSV: begin with a byte order mark, by which spreadsheets know that it is UTF-8; without it some show β as Î². */
  readonly spreadsheet?: boolean;
  /** Empty = everything in the workspace. */
  readonly experiment: readonly number[];
  /** What gains compare. */
  readonly accuracy: AccuracyChoice;
  readonly splitConditions?: boolean;
}

/** `export`: writes the results table to stdout or to a file. */
export const exportResults = async (
  settings: Settings,
  { format, output, experiment, accuracy, spreadsheet = false, splitConditions = false }: ExportOptions,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const query = { ...everyGroup, experimentIds: [...experiment], accuracy, splitConditions };
    const answer = await lab.exportResults({ query, format });
    const exported = spreadsheet && format === 'csv' ? { ...answer, text: `\uFEFF${answer.text}` } : answer;
    if (output === undefined) {
      await print(settings.json ? JSON.stringify(exported) : exported.text.trimEnd());
    } else {
      await writeFile(output, exported.text);
      if (settings.json) await print(JSON.stringify({ file: output, mediaType: exported.mediaType }));
      else say(`Wrote ${output}.`);
    }
    return exitCodes.done;
  });
