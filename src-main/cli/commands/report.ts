import { everyGroup } from '../../../shared/result.ts';
import type { AccuracyChoice } from '../../../shared/result.ts';
import type { ReportFormat } from '../../../shared/report.ts';
import type { StudyForm } from '../../../shared/studies/study.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { writeNamed } from '../writeFile.ts';

export interface ReportOptions {
  /** Empty = everything in the workspace. */
  readonly experiment: readonly number[];
  readonly study?: string;
  readonly form: StudyForm;
  readonly format?: ReportFormat;
  readonly accuracy: AccuracyChoice;
  readonly output?: string;
  readonly overwrite?: boolean;
}

/** `report`: everything about experiments, or about an item of the paper, as one page or PDF. */
export const report = (settings: Settings, options: ReportOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { study, form, experiment, accuracy, output } = options;
    const format = options.format ?? (output?.endsWith('.pdf') === true ? 'pdf' : 'html');
    const about =
      study === undefined
        ? { kind: 'results' as const, query: { ...everyGroup, experimentIds: [...experiment], accuracy } }
        : { kind: 'study' as const, id: study, form };
    const { fileName, mediaType, base64 } = await lab.report({ about, format });
    const file = output ?? fileName;
    // What the user names himself is written over, as everywhere.
    await writeNamed([{ file, content: Buffer.from(base64, 'base64') }], {
      overwrite: options.overwrite === true || output !== undefined,
    });
    if (settings.json) await print(JSON.stringify({ file, mediaType }));
    else say(`Wrote ${file}.`);
    return exitCodes.done;
  });
