import type { ColumnWidth, FigureFormat } from '../../../shared/figures/figure.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { AccuracyChoice, CurveAxis, CurveMetric } from '../../../shared/result.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { writeFigure } from '../figureFiles.ts';
import { withView } from '../session.ts';
import type { Settings } from '../session.ts';

export const figureNames = ['speed-accuracy', 'curves'] as const;

export interface FigureOptions {
  readonly format: FigureFormat;
  readonly column: ColumnWidth;
  readonly folder: string;
  /** Empty = everything in the workspace. */
  readonly experiment: readonly number[];
  readonly accuracy: AccuracyChoice;
  /** Of curves. */
  readonly metric: CurveMetric;
  readonly axis: CurveAxis;
}

/** `figure`: draws what Compare shows for a paper, with its LaTeX and its data beside it. */
export const figure = async (
  settings: Settings,
  name: (typeof figureNames)[number],
  { format, column, folder, experiment, accuracy, metric, axis }: FigureOptions,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const query = { ...everyGroup, experimentIds: [...experiment], accuracy };
    const wanted = name === 'curves' ? { name, metric, axis } : { name };
    await writeFigure(settings, folder, [format], (each) =>
      lab.exportFigure({ query, figure: wanted, format: each, column }),
    );
    return exitCodes.done;
  });
