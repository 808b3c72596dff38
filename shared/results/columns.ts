import { measurementIds, measurementOf } from '../measurements/index.ts';
import { originText } from '../origin.ts';
import type { ResultsTable } from '../result.ts';
import { rateText } from '../numberText.ts';
import { column, labelOf, overRow } from './column.ts';
import type { Column, Output } from './column.ts';
import {
  alone,
  data,
  duration,
  flag,
  gigabytes,
  measured,
  name,
  numbers,
  pairedRatio,
  rates,
  ratio,
  remark,
  seedCount,
  share,
} from './formats.ts';
import { comparisonColumns, gainColumn } from './gainColumns.ts';

const everywhere: readonly Output[] = ['screen', 'paper', 'terminal'];
const onlyData: readonly Output[] = [];

const snakeCase = (id: string): string => id.replace(/[A-Z]|[0-9]+$/g, (sign) => `_${sign.toLowerCase()}`);

const meanAndSd = 'x̄ = Σxᵢ/n; s = √(Σ(xᵢ − x̄)²/(n − 1))';

const accuracyNote =
  'Accuracies: mean ± one sample standard deviation (n − 1) over n runs, each with a seed of its own.';
const equalTimeNote =
  'Equal time: the training time of the run of the table that took the least, of optimizer steps alone. Accuracy at equal time: after that time, between epochs by a straight line, of neither the last nor the best epoch; mean ± one sample standard deviation (n − 1) over runs.';
const timeNote = 'Times: medians over runs, of optimizer steps alone.';

/** What was measured beside accuracy and speed. */
const measurementColumns: readonly Column[] = measurementIds.map((id) =>
  column({
    ...{ id: `last_${snakeCase(id)}`, header: measurementOf(id).label, format: measured, outputs: onlyData },
    read: (row) => row.measurements[id] ?? null,
    formula: `${meanAndSd}; xᵢ: a run’s mean over the steps of its last epoch`,
    ofSeed: (seed, notation) => measured.text(alone(seed.measurements[id] ?? null), notation),
    help: `${measurementOf(id).help} The mean over the last epoch's steps, mean ± sample standard deviation over runs.`,
  }),
);

/**
 * Every column of the results table, in order. The table on screen, CSV, Markdown, LaTeX, JSON and the terminal are made from these
 * lines.
 */
export const resultColumns: readonly Column[] = [
  column({
    ...{ id: 'label', header: 'Method', format: name, outputs: everywhere, read: (row) => row.label },
    help: 'The method, with the settings that tell it from the other groups of that method.',
  }),
  column({
    ...{ id: 'method', header: 'Method id', format: name, outputs: onlyData, read: (row) => row.method },
    help: 'The method alone.',
  }),
  column({
    ...{ id: 'origin', header: 'Origin', format: remark, outputs: onlyData },
    read: ({ origin }) => (origin === null ? null : `${originText(origin)} (${origin.lab})`),
    help: 'Where the runs were trained, if they were imported. Empty: in this lab.',
  }),
  column({
    ...{ id: 'n', header: 'n', format: seedCount, outputs: everywhere, read: (row) => row },
    formula: 'The number of seeds with a finished run, of each the newest',
    help: 'Finished runs behind every number of the row, one a seed; and what became of the other seeds.',
  }),
  column({
    ...{ id: 'seeds', header: 'Seeds', format: numbers, outputs: onlyData, read: (row) => row.seeds },
    help: 'The seeds of these runs.',
  }),
  column({
    ...{ id: 'last_test_accuracy', header: 'Last test accuracy', short: 'Last', format: share, outputs: everywhere },
    read: (row) => row.lastTestAccuracy,
    ...{ note: accuracyNote, best: (row) => row.lastTestAccuracy.mean },
    formula: meanAndSd,
    ofSeed: (seed, notation) => share.text(alone(seed.lastTestAccuracy), notation),
    help: 'Test accuracy after the last epoch: mean ± sample standard deviation over runs.',
  }),
  column({
    ...{ id: 'best_test_accuracy', header: 'Best test accuracy', short: 'Best', format: share, outputs: everywhere },
    read: (row) => row.bestTestAccuracy,
    ...{ note: accuracyNote, best: (row) => row.bestTestAccuracy.mean },
    formula: meanAndSd,
    ofSeed: (seed, notation) => share.text(alone(seed.bestTestAccuracy), notation),
    help: 'Largest test accuracy of any epoch, mean ± sample standard deviation over runs. Chosen by looking at the test set, it is optimistic, and hides what a method loses late in training.',
  }),
  gainColumn,
  column({
    ...{ id: 'gain_accuracy', header: 'Gain of', format: name, outputs: onlyData, read: (_, table) => table.accuracy },
    help: 'Which accuracy the gain compares: of the last or of the best epoch.',
  }),
  column({
    ...{ id: 'images_per_second', header: 'Images/s', format: rates, outputs: everywhere },
    read: (row) => row.imagesPerSecond,
    note: 'Images/s: the median over runs.',
    formula:
      'The median of the runs’ values; that of a run: the median over epochs of images/seconds, both of its optimizer steps after the warm-up; where only some epochs climb, those and the others have a median each, and count by their images',
    ofSeed: (seed, { dash }) => (seed.imagesPerSecond === null ? dash : rateText(seed.imagesPerSecond)),
    help: "Images of optimizer steps in a second of them: the median over runs of each run's median over epochs, and the runs' range.",
  }),
  column({
    ...{ id: 'speed_ratio', short: 'Speed', format: ratio, outputs: everywhere, read: (row) => row.speedRatio },
    header: (table) => {
      const baseline = labelOf(table, table.speedBaseline);
      return baseline === null ? 'Relative speed' : `Speed relative to ${baseline}`;
    },
    formula: 'The median of these runs’ images/s ÷ that of the baseline’s',
    ofSeed: (seed, { dash }) => (seed.imagesPerSecond === null ? dash : rateText(seed.imagesPerSecond)),
    over: 'speedBaseline',
    help: "Images/s relative to the speed baseline's; none where that is of other data.",
  }),
  column({
    ...{ id: 'speed_ratio_mixed', header: 'Speeds not alike in', format: remark, outputs: onlyData },
    read: (row) => row.speedRatioMixed,
    help: 'In what the runs on both sides of that ratio were not alike: threads, processor, engine, library, version of the lab. Empty: in none.',
  }),
  column({
    ...{ id: 'paired_speed_ratio', short: 'Paired speed', format: pairedRatio, outputs: everywhere },
    note: 'Paired speed: in each of many rounds both took the same steps in one process; of several processes the geometric mean of their medians over rounds, with the 95 % interval of Student’s t over processes; of one, its median with the 95 % bootstrap interval over its rounds.',
    isShown: ({ rows }) => rows.some(({ pairedSpeed }) => pairedSpeed !== null),
    header: (table) => `Paired speed${overRow(table, table.speedBaseline)}, 95% CI`,
    read: (row) => row,
    formula:
      'mᵢ: the median over the rounds of process i of tᵧ/tₓ, the times of the same steps by the baseline and by this method; of a method of which only some steps climb, those and the others in turn, each kind weighted by its share of a run’s steps (where the data decide, of all steps of these runs). Of P processes: exp(l̄ ± t·s/√P), l̄ and s the mean and the standard deviation of ln mᵢ, t the 97.5 % point of Student’s distribution with P − 1 degrees of freedom. Of one process: m, and the 2.5 % and 97.5 % points of the median over samples drawn from its rounds with replacement',
    over: 'speedBaseline',
    help: 'Speed relative to the speed baseline, measured in rounds: in each, both take the same steps in turn in one process, so that what else the machine does meets both alike. The rounds are of several processes where there is time, because no two lie alike in memory, nor draw the same tensors; the interval then tells how much processes differ. That of a single process does not. Either way: believe this one where the runs’ own speed differs.',
  }),
  column({
    ...{ id: 'predicted_speed_ratio', header: 'Predicted speed', short: 'Predicted', format: ratio, isFaint: true },
    ...{ outputs: ['screen'], read: (row) => row.predictedSpeedRatio },
    formula: 'Passes of a step of the baseline ÷ passes of a step of this method',
    over: 'speedBaseline',
    help: 'What the count of passes predicts for that ratio, each taken as whole: what a pass at θ+ε takes over from the one at θ, the layers before the first perturbed tensor, is not in it. Only where nothing but the method differs.',
  }),
  column({
    ...{ id: 'epoch_ms', header: 'Time per epoch', short: 'Epoch', format: duration, outputs: ['screen', 'paper'] },
    read: (row) => row.epochMs,
    note: timeNote,
    formula: 'The median of the runs’ values, each the median over its epochs',
    ofSeed: (seed, notation) => notation.duration.text(seed.epochMs),
    help: "Time of an epoch's optimizer steps: the median over runs of each run's median.",
  }),
  column({
    ...{ id: 'active_ms', header: 'Training time', short: 'Total', format: duration, outputs: ['screen', 'paper'] },
    read: (row) => row.activeMs,
    note: timeNote,
    formula: 'The median of the runs’ values, each the sum over its steps',
    ofSeed: (seed, notation) => notation.duration.text(seed.activeMs),
    help: 'Time of all optimizer steps of a run, without evaluation and pauses: the median over runs.',
  }),
  column({
    ...{ id: 'accuracy_at_equal_time', header: 'Test accuracy at equal time', format: share, outputs: onlyData },
    read: (row) => row.accuracyAtEqualTime,
    ...{ note: equalTimeNote, best: (row) => row.accuracyAtEqualTime?.mean ?? null },
    formula: `${meanAndSd}; xᵢ: the straight line between a run’s epochs around that time`,
    ofSeed: (seed, notation) => share.text(alone(seed.accuracyAtEqualTime), notation),
    help: 'Test accuracy after the training time of the run of the table that took the least, between epochs by a straight line: mean and sample standard deviation over runs. Empty where not every run of the row was measured around then, and in tables of a whole workspace with over 1,000 finished runs.',
  }),
  column({
    ...{ id: 'equal_time_ms', header: 'Equal time', format: duration, outputs: onlyData },
    read: (_, table) => table.equalTimeMs,
    note: equalTimeNote,
    help: 'That training time: of optimizer steps, without evaluation and pauses.',
  }),
  column({
    ...{ id: 'peak_step_bytes', header: 'Peak memory of a step', format: gigabytes, outputs: onlyData },
    read: (row) => row.peakStepBytes,
    formula: 'The largest over runs and epochs',
    ofSeed: (seed, notation) => gigabytes.text(seed.peakStepBytes, notation),
    help: 'The most that the engine held at once during a step, the largest over runs and epochs.',
  }),
  ...measurementColumns,
  ...comparisonColumns,
  column({
    ...{ id: 'is_speed_baseline', header: 'Speed baseline', format: flag, outputs: onlyData },
    read: (row, table) => row.key === table.speedBaseline,
    help: 'Whether speeds are relative to this row.',
  }),
  column({
    ...{ id: 'is_accuracy_baseline', header: 'Accuracy baseline', format: flag, outputs: onlyData },
    read: (row, table) => row.key === table.accuracyBaseline,
    help: 'Whether gains are over this row.',
  }),
  column({
    ...{ id: 'group', header: 'Group', format: name, outputs: onlyData, read: (row) => row.groupHash },
    help: 'SHA-256 of the configuration without its seed.',
  }),
  column({
    ...{ id: 'config', header: 'Configuration', format: data, outputs: onlyData, read: (row) => row.config },
    help: 'The whole configuration without its seed.',
  }),
];

/** Columns that a table for people can have: all but those that only machines read. */
export const choosableColumns: readonly Column[] = resultColumns.filter(
  ({ id }) => !['label', 'method', 'config', 'is_speed_baseline', 'is_accuracy_baseline', 'gain_accuracy'].includes(id),
);

/**
 * The columns of an output, the method's first.
 * @param chosen - ids of those that are wanted, in their order; null = the usual ones.
 */
export const columnsOf = (
  output: Output,
  table: ResultsTable,
  chosen: readonly string[] | null = null,
): readonly Column[] =>
  chosen === null
    ? resultColumns.filter(({ outputs, isShown }) => outputs.includes(output) && isShown(table))
    : ['label', ...chosen.filter((id) => id !== 'label')].flatMap(
        (id) => resultColumns.find((one) => one.id === id) ?? [],
      );
