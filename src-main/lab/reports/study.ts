import { groupedBy } from '../../../shared/groupedBy.ts';
import { everyGroup, type ResultsQuery } from '../../../shared/result.ts';
import { cellTable, toldColumns } from '../../../shared/studies/cellColumns.ts';
import type { Coverage, Overhead, StudyCell, StudyReport } from '../../../shared/studies/report.ts';
import { plainText } from '../export/plainText.ts';
import type { StoreReader } from '../store/index.ts';
import { heading, note, table, text } from './document.ts';
import type { Block, ReportDocument } from './document.ts';
import { groupBlocks } from './experiment.ts';
import { overheadBlocks } from './overhead.ts';

/** The report of an item of the paper: its values beside ours, and everything about the runs behind them. */
export const studyDocument = (
  read: StoreReader,
  { study, form, label, coverage, cells, overhead, figure }: StudyReport,
  subtitle: string,
): ReportDocument => {
  const runIds = cells.flatMap((cell) => cell.runIds);
  const hashesOf = (ids: readonly number[]): string[] => [
    ...new Set(ids.flatMap((id) => read.runs.one(id)?.groupHash ?? [])),
  ];
  const queryOf = (hashes: readonly string[]): ResultsQuery => ({
    ...everyGroup,
    groupHashes: [...hashes],
    accuracy: 'best',
  });
  const groupHashes = hashesOf(runIds);
  const rows = [...groupedBy(cells, ({ row }) => row)].flatMap(([name, members]) => {
    const hashes = hashesOf(members.flatMap((cell) => cell.runIds));
    return hashes.length === 0 ? [] : [{ name, query: queryOf(hashes) }];
  });
  const accuracies = cellTable(cells, ({ isOfSpeed }) => isOfSpeed !== true);
  const speeds = cellTable(cells, ({ id, isOfSpeed }) => isOfSpeed === true || id === 'row' || id === 'method');
  const { hoursLeft } = coverage;
  const hours = hoursLeft === null ? 'unknown' : `${hoursLeft.toFixed(2)} h`;
  const blocks: Block[] = [
    text(study.description),
    ...(form === 'small' ? [note(`Not what the paper trained: ${label}.`)] : []),
    ...(study.missing === null ? [] : [note(study.missing)]),
    heading('The paper’s values and ours'),
    ...(overhead === null ? [] : overheadBlocks(study, overhead)),
    text(
      coverage.cells === 0
        ? 'Nothing is trained for it.'
        : `${doneWords(coverage)}; ${hoursLeft === 0 ? 'nothing is missing' : `left on this machine: ${hours}`}.`,
    ),
    ...table(
      'Best epoch’s test accuracy in percent, mean ± sample sd. Inside: |difference| ≤ 2·√(sd² of the paper + sd² of ours).',
      accuracies.header,
      accuracies.lines,
    ),
    ...(speeds.header.length > 2 ? table('Their speeds in optimizer steps.', speeds.header, speeds.lines) : []),
    ...(study.facts === null ? [] : table('As the paper gives it.', study.facts.header, study.facts.lines)),
    ...(figure === null ? [] : [{ kind: 'figure' as const, figure }]),
    ...(study.notes.length === 0 ? [] : [heading('About this item'), ...study.notes.map(text)]),
    ...(coverage.cells === 0 ? [] : [{ kind: 'code' as const, text: commandsOf(study.id, form, cells, overhead) }]),
    ...(cells.length === 0
      ? []
      : [
          heading('What the columns beside the paper’s are'),
          { kind: 'facts' as const, facts: toldColumns(cells).map(({ header: name, help }) => [name, help] as const) },
        ]),
    ...(groupHashes.length === 0 ? [] : groupBlocks(read, queryOf(groupHashes), rows.length > 1 ? rows : undefined)),
  ];
  return { id: `${study.id}-report`, title: plainText(`${study.item}: ${study.title}`), subtitle, blocks };
};

const doneWords = ({ cellsDone, cells, runsDone, runs }: Coverage): string =>
  runs === 0
    ? `${cellsDone} of ${cells} cells are measured`
    : `${cellsDone} of ${cells} cells and ${runsDone} of ${runs} runs are done`;

/** What does the rest of it here; all of it elsewhere, where that needs no experiment's file. */
const commandsOf = (
  id: string,
  form: StudyReport['form'],
  cells: readonly StudyCell[],
  overhead: Overhead | null,
): string => {
  const isMissing = cells.some(({ seedsDone, diverged, seedsWanted }) => seedsDone + diverged < seedsWanted);
  const [first] = overhead?.measurements ?? [];
  const anew =
    first === undefined
      ? []
      : ['# on another machine:', `esam-lab study run ${id} --on ${first.datasetId} --width ${first.width}`];
  return [
    isMissing ? '# what is missing:' : '# whatever of it is not there yet:',
    `esam-lab study run ${id}${form === 'small' ? ' --form small' : ''}`,
    ...(form === 'small' ? anew : []),
    '# this report:',
    `esam-lab report --study ${id} --form ${form} --output ${id}.html`,
  ].join('\n');
};
