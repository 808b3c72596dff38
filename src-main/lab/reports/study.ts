import { everyGroup } from '../../../shared/result.ts';
import type { Overhead, StudyCell, StudyReport } from '../../../shared/studies/report.ts';
import { plainText } from '../export/plainText.ts';
import type { StoreReader } from '../store/index.ts';
import { heading, note, table, text } from './document.ts';
import type { Block, ReportDocument } from './document.ts';
import { groupBlocks } from './experiment.ts';
import { overheadBlocks } from './overhead.ts';

const fixed = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));
const spread = (mean: number | null, sd: number | null): string =>
  mean === null ? '–' : `${fixed(mean)}${sd === null ? '' : ` ± ${fixed(sd)}`}`;
const share = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(0)} %`);
const paired = ({ pairedSpeed }: StudyCell): string =>
  pairedSpeed === null ? '–' : `${share(pairedSpeed.ratio)} [${share(pairedSpeed.low)}, ${share(pairedSpeed.high)}]`;
const signed = (value: number | null): string =>
  value === null ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

const header = [
  ...['Network and data', 'Method', 'Paper, %', 'Ours, %', 'n', 'Difference', 'Inside ± 2 sd', 'Against our SAM'],
  ...['Paper, speed of SAM', 'Ours', 'Ours, paired', 'Seeds'],
];
const lineOf = (cell: StudyCell): string[] => [
  ...[cell.row, cell.label, cell.paper === null ? '–' : spread(cell.paper.accuracy, cell.paper.sd)],
  ...[spread(cell.ours.mean, cell.ours.sd), String(cell.n), signed(cell.difference)],
  cell.isInside === null ? '–' : cell.isInside ? 'yes' : 'no',
  cell.againstSam ?? '–',
  ...[share(cell.paperSpeedRatio), share(cell.speedRatio), paired(cell), `${cell.seedsDone} of ${cell.seedsWanted}`],
];

/** The report of an item of the paper: its values beside ours, and everything about the runs behind them. */
export const studyDocument = (
  read: StoreReader,
  { study, form, label, coverage, cells, overhead, figure }: StudyReport,
  subtitle: string,
): ReportDocument => {
  const runIds = cells.flatMap((cell) => cell.runIds);
  const groupHashes = [...new Set(runIds.flatMap((id) => read.runs.one(id)?.groupHash ?? []))];
  const { cellsDone, runsDone, hoursLeft } = coverage;
  const hours = hoursLeft === null ? 'unknown' : `${hoursLeft.toFixed(2)} h`;
  const blocks: Block[] = [
    text(study.description),
    ...(form === 'small' ? [note(`Not what the paper trained: ${label}.`)] : []),
    ...(study.missing === null ? [] : [note(study.missing)]),
    heading('The paper’s values and ours'),
    ...(overhead === null ? [] : overheadBlocks(study, overhead)),
    text(
      cells.length === 0
        ? 'Nothing is trained for it.'
        : `${cellsDone} of ${coverage.cells} cells and ${runsDone} of ${coverage.runs} runs are done; left on this machine: ${hours}.`,
    ),
    ...table(
      'Best epoch’s test accuracy in percent, mean ± sample sd. Inside: |difference| ≤ 2·√(sd² of the paper + sd² of ours).',
      header,
      cells.map(lineOf),
    ),
    ...(study.facts === null ? [] : table('As the paper gives it.', study.facts.header, study.facts.lines)),
    ...(figure === null ? [] : [{ kind: 'figure' as const, figure }]),
    ...study.notes.map(note),
    ...(coverage.cells === 0 ? [] : [{ kind: 'code' as const, text: commandsOf(study.id, form, cells, overhead) }]),
    ...(groupHashes.length === 0 ? [] : groupBlocks(read, { ...everyGroup, groupHashes, accuracy: 'best' })),
  ];
  return { id: `${study.id}-report`, title: plainText(`${study.item}: ${study.title}`), subtitle, blocks };
};

const commandsOf = (
  id: string,
  form: StudyReport['form'],
  cells: readonly StudyCell[],
  overhead: Overhead | null,
): string => {
  const missing = cells.some(({ seedsDone, seedsWanted }) => seedsDone < seedsWanted);
  const size = overhead === null ? '--model MODEL --hours HOURS' : `--width ${overhead.width ?? 'UNITS'}`;
  const on = form === 'small' ? ` --on DATASET ${size}` : '';
  return [
    ...(missing ? ['# what is missing:'] : []),
    `esam-lab study run ${id}${on}`,
    `esam-lab report --study ${id} --form ${form} --output ${id}.html`,
  ].join('\n');
};
