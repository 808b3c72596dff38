import { analysisKinds } from '../../../shared/analyses/index.ts';
import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import type { AnalysisCell, AnalysisTable, DrawingWish } from '../../../shared/analyses/drawn.ts';
import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import { figureSchema, type Figure } from '../../../shared/figures/figure.ts';
import { mean, sampleSd } from '../statistics/moments.ts';
import { ascentCurves } from './drawings/curves.ts';
import { measurePanels } from './drawings/measures.ts';
import { heatMaps, sections, surfaces } from './drawings/planes.ts';
import type { AnalysedGroups } from './groups.ts';
import { analysisNumbers, numbersInDoubt, numbersOf, standardErrors } from './numbers.ts';
import { rowsOfPairs, sharedPairs } from './plane.ts';

/** Landscapes that are means over several planes: over those that all of them have. */
const onSamePlanes = (analysed: AnalysedGroups): AnalysedGroups => {
  const { settings, groups } = analysed;
  if (settings.kind !== 'landscape' || settings.pairs === 1) return analysed;
  const pairs = sharedPairs(
    groups.flatMap(({ analyses }) => analyses),
    settings.points,
  );
  return {
    settings,
    groups: groups.map((group) => ({
      ...group,
      analyses: group.analyses.map((rows) => rowsOfPairs(rows, pairs)),
    })),
  };
};

/** More methods than this beside one another are not read any more. */
const mostPanels = 12;

const drawnAs = ({ settings, groups }: AnalysedGroups, { drawing, scale, view }: DrawingWish) => {
  switch (settings.kind) {
    case 'ascentProfile':
      return ascentCurves(settings, groups);
    case 'sharpness':
      return measurePanels(settings, groups);
    case 'landscape':
    case 'adversarialLandscape':
      if (drawing === 'surface') return surfaces(settings, groups, scale, view);
      return drawing === 'sections' ? sections(settings, groups, scale) : heatMaps(settings, groups, scale);
  }
};

const examplesWords = ({ examples, split }: AnalysisSettings): string =>
  `${counted(examples, 'image')} of the ${split === 'train' ? 'training' : 'test'} set`;

/** A checkpoint of an earlier epoch is that of a less trained network: it is said where they differ. */
const epochsWords = (groups: AnalysedGroups['groups']): string => {
  const epochs = [...new Set(groups.flatMap((group) => group.epochs))].sort((a, b) => a - b);
  const [first, last] = [epochs[0], epochs.at(-1)];
  if (epochs.length < 2) return ` Checkpoints after epoch ${first}.`;
  const each = groups.map(({ label, epochs: own }) => `${label} ${[...new Set(own)].sort((a, b) => a - b).join(', ')}`);
  return ` Checkpoints after epochs ${first} to ${last}: ${each.join('; ')}.`;
};

const seedsWords = ({ groups }: AnalysedGroups, { drawing }: DrawingWish): string => {
  const counts = [...new Set(groups.map(({ analyses }) => analyses.length))].sort((a, b) => a - b);
  if (counts.at(-1) === 1) return '';
  const band = drawing === 'curves' || drawing === 'sections' ? ', band: ± one sample standard deviation' : '';
  return ` Mean over n = ${counts.join('–')} seeds${band}.`;
};

/**
 * Analyses of groups drawn together, all on one scale. @param id - names the figure's files.
 * @returns null where they have no rows to draw yet.
 * @throws LabError CONFIG_INVALID where the kind is not drawn so, or there are too many groups.
 */
export const drawAnalyses = (all: AnalysedGroups, wish: DrawingWish, id?: string): Figure | null => {
  const analysed = onSamePlanes(all);
  const { settings, groups } = analysed;
  const { label, drawings } = analysisKinds[settings.kind];
  if (!drawings.includes(wish.drawing)) {
    throw new LabError('CONFIG_INVALID', `${label} is drawn as ${drawings.join(', ')}, not as ${wish.drawing}.`);
  }
  if (groups.length > mostPanels) {
    throw new LabError(
      'CONFIG_INVALID',
      `${groups.length} groups are too many for one figure; choose ${mostPanels} at most.`,
    );
  }
  if (groups.length === 0) return null;
  const { panels, caption } = drawnAs(analysed, wish);
  if (panels.length === 0) return null;
  return figureSchema.parse({
    id: id ?? `${settings.kind.toLowerCase()}-${wish.drawing}`,
    caption: `${caption} ${examplesWords(settings)}.${epochsWords(groups)}${seedsWords(analysed, wish)}`,
    panels,
  });
};

/** The numbers beside a drawing: mean and deviation over the seeds of each group, each with its definition. */
export const tableOf = (all: AnalysedGroups): AnalysisTable => {
  const { settings, groups } = onSamePlanes(all);
  const found = groups.map(({ analyses }) =>
    analyses.map((rows) => ({
      ...{ numbers: analysisNumbers(settings, rows), errors: standardErrors(rows), doubts: numbersInDoubt(rows) },
    })),
  );
  const cellOf = (analyses: (typeof found)[number], id: string): AnalysisCell => {
    const values = analyses.flatMap(({ numbers }) => numbers[id] ?? []);
    const doubts = analyses.flatMap(({ doubts: each }) => each[id] ?? []);
    const [first] = doubts;
    const ofHowMany = analyses.length === 1 ? '' : `${doubts.length} of ${analyses.length} seeds: `;
    return {
      ...{ mean: mean(values), sd: sampleSd(values) },
      standardError: analyses.length === 1 ? (analyses[0]?.errors[id] ?? null) : null,
      doubt: first === undefined ? null : ofHowMany + first,
    };
  };
  return {
    groups: groups.map(({ label, method, analyses }) => ({ label, method, n: analyses.length })),
    lines: numbersOf(settings).map(([id, { label, definition }]) => ({
      ...{ label, definition },
      cells: found.map((analyses) => cellOf(analyses, id)),
    })),
  };
};
