import { sharpness, type SharpnessMeasure, type SharpnessSettings } from '../../../../shared/analyses/sharpness.ts';
import { mean, sampleSd } from '../../statistics/moments.ts';
import { looksOf } from '../../figures/styles.ts';
import type { AnalysedGroup } from '../groups.ts';
import { analysisNumbers, numbersInDoubt, standardErrors } from '../numbers.ts';

/** What is drawn; the table beside it has all of them. */
const drawn = [
  'samGap',
  'apgd',
  'apgdAdaptive',
  'averageAdaptive',
  'eigenvalues',
  'trace',
] as const satisfies readonly SharpnessMeasure[];

/** A measure of each group, a panel a measure. */
export const measurePanels = (settings: SharpnessSettings, groups: readonly AnalysedGroup[]) => {
  const looks = looksOf(groups.map(({ method }) => method));
  const panels = drawn.map((measure) => ({
    title: '',
    x: { label: '', categories: groups.map(({ label }) => label) },
    y: { label: sharpness.numbers[measure]?.label ?? measure },
    marks: groups.flatMap(({ label, analyses }, at) => {
      const values = analyses.flatMap((rows) => analysisNumbers(settings, rows)[measure] ?? []);
      const y = mean(values);
      const [only] = analyses;
      const spread = sampleSd(values) ?? (only === undefined ? null : (standardErrors(only)[measure] ?? null));
      if (y === null) return [];
      const item = { x: at, y, ...(spread !== null && { yLow: y - spread, yHigh: y + spread }) };
      return [{ kind: 'series', ...looks[at], name: label, dash: null, items: [item] }];
    }),
  }));
  const unsettled = groups.filter(({ analyses }) => analyses.some((rows) => 'eigenvalues' in numbersInDoubt(rows)));
  const names = unsettled.map(({ label }) => label).join(', ');
  const doubt = names === '' ? '' : ` λ had not converged when its iteration ended: ${names}.`;
  return {
    panels: panels.filter(({ marks }) => marks.length > 0),
    caption: `Sharpness at ρ = ${settings.rho} in evaluation mode. Bars: ± one sample standard deviation over seeds; of a single run, ± one standard error of averages over draws. Measures that are not adaptive move with the scale of the weights under BatchNorm.${doubt}`,
  };
};
