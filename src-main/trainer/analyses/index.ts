import type { AnalysisRow, AnalysisSettings } from '../../../shared/analyses/index.ts';
import { adversarialRows } from './adversarialLandscape.ts';
import { ascentRows } from './ascent.ts';
import { landscapeRows } from './landscape.ts';
import { sharpnessRows } from './sharpness.ts';
import type { Subject } from './subject.ts';

/**
 * The rows of an analysis, in order, from any of them on: a row is the same whether those before it were asked for or not.
 * @param from - rows that are there already.
 */
export const analysisRows = (
  subject: Subject,
  settings: AnalysisSettings,
  from: number,
): AsyncGenerator<AnalysisRow> => {
  switch (settings.kind) {
    case 'ascentProfile':
      return ascentRows(subject, settings, from);
    case 'landscape':
      return landscapeRows(subject, settings, from);
    case 'adversarialLandscape':
      return adversarialRows(subject, settings, from);
    case 'sharpness':
      return sharpnessRows(subject, settings, from);
  }
};
