import { analysisIds, analysisKinds } from '../shared/analyses/index.ts';
import { measurementIds, measurementOf } from '../shared/measurements/index.ts';
import { phases } from '../shared/metrics.ts';
import { resultColumns } from '../shared/results/columns.ts';
import type { Column } from '../shared/results/column.ts';
import { comparisonColumns, gainColumn } from '../shared/results/gainColumns.ts';
import { settingOf, settingPaths } from '../shared/settings/index.ts';
import { counters } from './counters.ts';
import { phaseDefinitions, phaseNames } from './phaseNames.ts';
import { cellDefinitions } from '../shared/studies/cellColumns.ts';
import { sentenceCase } from '../shared/sentenceCase.ts';

export interface Definition {
  readonly name: string;
  /** One sentence or two. */
  readonly text: string;
}

export interface DefinitionSection {
  readonly id: string;
  readonly title: string;
  /** What they have in common. */
  readonly text: string;
  readonly definitions: readonly Definition[];
}

const ofColumn = ({ short, help }: Column): Definition => ({ name: sentenceCase(short), text: help });
const statistics = new Set([gainColumn, ...comparisonColumns].map(({ id }) => id));

/** Every number that the lab shows and every setting that it takes, from the registries that make tables, exports and forms. */
export const definitionSections: readonly DefinitionSection[] = [
  {
    id: 'results',
    title: 'Results',
    text: 'Columns of the results table and of every export. A row is a group: the runs that differ in nothing but their seed.',
    definitions: resultColumns.filter(({ id }) => !statistics.has(id)).map(ofColumn),
  },
  {
    id: 'statistics',
    title: 'Statistics of a gain',
    text: 'n counts runs with different seeds; ± is the sample standard deviation (n − 1).',
    definitions: [gainColumn, ...comparisonColumns].map(ofColumn),
  },
  {
    id: 'paper',
    title: 'The paper’s tables',
    text: 'Columns of the Paper view and of its reports.',
    definitions: cellDefinitions,
  },
  {
    id: 'steps',
    title: 'Measured in each step',
    text: 'From the passes that the method takes anyway: nothing is computed for them, and no weight depends on them.',
    definitions: measurementIds.map((id) => ({ name: measurementOf(id).label, text: measurementOf(id).help })),
  },
  {
    id: 'phases',
    title: 'Phases of a step',
    text: 'Milliseconds from synchronised steps, the mean over an epoch’s sampled steps. Images/s are images of steps ÷ their time, without warm-up, evaluation and pauses.',
    definitions: phases.map((phase) => ({ name: sentenceCase(phaseNames[phase]), text: phaseDefinitions[phase] })),
  },
  {
    id: 'counters',
    title: 'Counters',
    text: 'What proves that the method ran, beside the curves of a run: of the last sampled step, and of the last epoch.',
    definitions: counters.map(({ name, definition }) => ({ name, text: definition })),
  },
  {
    id: 'analyses',
    title: 'Analyses of checkpoints',
    text: 'Computed on the same images with the same chances for every run that is compared.',
    definitions: analysisIds.flatMap((kind) =>
      Object.values(analysisKinds[kind].numbers).map(({ label, definition }) => ({
        name: `${analysisKinds[kind].label}: ${label}`,
        text: definition,
      })),
    ),
  },
  {
    id: 'settings',
    title: 'Settings',
    text: 'Every setting of a run, in the order of the form.',
    definitions: settingPaths
      .map(settingOf)
      .filter(({ help }) => help !== '')
      .map(({ label, symbol, help }) => ({
        name: sentenceCase(symbol === undefined ? label : `${label}, ${symbol}`),
        text: help,
      })),
  },
];

/** Those in which every word occurs; sections without any are left out. */
export const definitionsWith = (typed: string): DefinitionSection[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, text }: Definition): boolean =>
    words.every((word) => `${name} ${text}`.toLowerCase().includes(word));
  return definitionSections
    .map((section) => ({ ...section, definitions: section.definitions.filter(fits) }))
    .filter(({ definitions }) => definitions.length > 0);
};
