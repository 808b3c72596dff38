import type { AnalysisDrawing } from '../../../shared/analyses/analysis.ts';
import { drawingWishSchema } from '../../../shared/analyses/drawn.ts';
import { analysisKinds } from '../../../shared/analyses/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { ColumnWidth, FigureFormat } from '../../../shared/figures/figure.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { AccuracyChoice, CurveAxis, CurveMetric } from '../../../shared/result.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import type { Lab } from '../../lab/lab.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { writeFigure, type FigurePlace } from '../figureFiles.ts';
import { withView } from '../session.ts';
import type { Settings } from '../session.ts';

export const figureNames = ['speed-accuracy', 'curves', 'sensitivity', 'analyses'] as const;

export interface FigureOptions extends FigurePlace {
  readonly format: FigureFormat;
  readonly column: ColumnWidth;
  /** Empty = everything in the workspace. */
  readonly experiment: readonly number[];
  readonly accuracy: AccuracyChoice;
  readonly splitConditions?: boolean;
  /** Of curves. */
  readonly metric: CurveMetric;
  readonly axis: CurveAxis;
  /** Of sensitivities: its path; absent: the first that was compared at several values. */
  readonly setting?: string;
  /** Of analyses; empty = the newest and those with its settings. */
  readonly analysis: readonly number[];
  readonly drawing?: AnalysisDrawing;
  readonly log?: boolean;
}

/** `figure`: draws what Compare shows for a paper, with its LaTeX and its data beside it. */
export const figure = async (
  settings: Settings,
  name: (typeof figureNames)[number],
  options: FigureOptions,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { format, column, experiment, accuracy, metric, axis, splitConditions = false } = options;
    if (name === 'analyses') {
      const { ids, wish } = await analysesWished(lab, options);
      await writeFigure(settings, options, [format], (each) => lab.exportAnalysis({ ids, wish, format: each, column }));
      return exitCodes.done;
    }
    const query = { ...everyGroup, experimentIds: [...experiment], accuracy, splitConditions };
    const wishes = {
      'speed-accuracy': { name: 'speed-accuracy' },
      curves: { name: 'curves', metric, axis, relativeTo: null, isLate: false },
      sensitivity: { name: 'sensitivity', setting: options.setting ?? null },
    } as const;
    await writeFigure(settings, options, [format], (each) =>
      lab.exportFigure({ query, figure: wishes[name], format: each, column }),
    );
    return exitCodes.done;
  });

/** @throws LabError EXPORT_EMPTY where nothing has been analysed. */
const analysesWished = async (lab: Lab, { analysis, drawing, log = false }: FigureOptions) => {
  const all = await lab.analyses({});
  const [first = all.at(-1)] = all.filter(({ id }) => id === analysis[0]);
  if (first === undefined) {
    throw new LabError(
      'EXPORT_EMPTY',
      'Nothing has been analysed yet; "esam-lab analyse" analyses checkpoints of runs.',
    );
  }
  const like = all.filter(({ settings }) => canonicalJson(settings) === canonicalJson(first.settings));
  const [usual = 'curves'] = analysisKinds[first.settings.kind].drawings;
  return {
    ids: analysis.length > 0 ? [...analysis] : like.map(({ id }) => id),
    wish: drawingWishSchema.parse({ drawing: drawing ?? usual, scale: log ? 'log' : 'linear' }),
  };
};
