import { LabError } from '../../../shared/errors.ts';
import { everyGroup, usualExport } from '../../../shared/result.ts';
import type { AccuracyChoice, ExportFormat } from '../../../shared/result.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { writeFile } from '../writeFile.ts';

export interface ExportOptions {
  readonly format: ExportFormat | 'xlsx';
  readonly output?: string;
  /** Of CSV: begin with a byte order mark, by which spreadsheets know that it is UTF-8; without it some show β as Î². */
  readonly spreadsheet?: boolean;
  /** Empty = everything in the workspace. */
  readonly experiment: readonly number[];
  /** What gains compare. */
  readonly accuracy: AccuracyChoice;
  readonly splitConditions?: boolean;
  /** Of tables for people; left out = the usual ones. */
  readonly columns?: readonly string[];
  /** Of LaTeX. */
  readonly siunitx?: boolean;
}

/** `export`: writes the results table to stdout or to a file. */
export const exportResults = async (
  settings: Settings,
  { format, output, experiment, accuracy, spreadsheet = false, splitConditions = false, ...rest }: ExportOptions,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const query = { ...everyGroup, experimentIds: [...experiment], accuracy, splitConditions };
    const wish = { ...usualExport, columns: rest.columns === undefined ? null : [...rest.columns] };
    if (format === 'xlsx') {
      if (output === undefined)
        throw new LabError(
          'CONFIG_INVALID',
          'A workbook is no text for a terminal; name a file with --output results.xlsx.',
        );
      const { columns, namedAfter } = wish;
      const { base64, mediaType } = await lab.exportWorkbook({ query, columns, namedAfter });
      await writeFile(output, Buffer.from(base64, 'base64'));
      if (settings.json) await print(JSON.stringify({ file: output, mediaType }));
      else say(`Wrote ${output}.`);
      return exitCodes.done;
    }
    const answer = await lab.exportResults({ query, format, ...wish, siunitx: rest.siunitx === true });
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
