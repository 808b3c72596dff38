import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import type { Figure } from '../../../shared/figures/figure.ts';
import type { LabInput, Requests } from '../../../shared/labApi.ts';
import type { resultApi } from '../../../shared/requests/results.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { CurveWish, GroupCurve, ResultsQuery, ResultsTable } from '../../../shared/result.ts';
import type { PublishedPoint } from '../../../shared/results/published.ts';
import { publishedName } from '../../../shared/publishedSets.ts';
import { sensitivitiesOf } from '../../../shared/results/sensitivity.ts';
import type { Study } from '../../../shared/studies/study.ts';
import type { Library } from '../datasets/index.ts';
import { fileStem } from '../export/fileName.ts';
import { exportTable, requireExportable } from '../export/index.ts';
import { KeptAnswers } from '../keptAnswers.ts';
import { curvesFigure } from '../figures/curves.ts';
import { labFile } from '../figures/files.ts';
import { sensitivityFigure } from '../figures/sensitivity.ts';
import { speedAccuracyFigure } from '../figures/speedAccuracy.ts';
import { publishedBeside } from '../studies/publishedBeside.ts';
import { readStudies } from '../studies/read.ts';
import { readGroups } from '../groups.ts';
import { readResults, readRuns } from '../readHistory.ts';
import { readCurves, readTable, requireExperiment } from '../results.ts';
import { groupMeans } from '../statistics/groupMeans.ts';
import type { Store } from '../store/index.ts';
import { chunksOf, inTurns } from '../turns.ts';
import { answering } from './answering.ts';

type ResultApi = Requests<typeof resultApi>;
type FigureWish = LabInput<'exportFigure'>['figure'];

/** Requests that read what was measured. */
export const resultRequests = (
  { store: { read, write }, library, labVersion }: { store: Store; library: Library; labVersion: string },
  paperFolder: string,
): ResultApi => {
  const kept = new KeptAnswers(read.version);
  /** Names tell groups apart: one that two sets have is none. */
  const nameOf = (id: string): string => {
    const sets = library.list();
    const name = sets.find((set) => set.id === id)?.name ?? publishedName(id);
    return sets.some((other) => other.id !== id && other.name === name) ? id : name;
  };
  /** The store does not tell that a set was imported or removed. */
  const names = () => library.list().map(({ id, name }) => [id, name]);
  const table = (query: ResultsQuery): ResultsTable =>
    kept.of(['table', query, names()], () => readTable(read, query, nameOf));
  const curves = ({ query, ...wish }: CurveWish & { query: ResultsQuery }): GroupCurve[] =>
    kept.of(['curves', query, wish, names()], () => readCurves(read, query, wish, nameOf));
  /** Has the next curves of these runs come sooner. Where it cannot be written, they come as they did. */
  const sealSoon = async (): Promise<void> => {
    await setImmediate(); // the answer goes first
    try {
      for await (const ids of inTurns(chunksOf(read.takeUnsealed(), 10))) write.sealTogether(ids);
    } catch {
      return;
    }
  };
  let studies: readonly Study[] | null = null;
  const published = (results: ResultsTable): PublishedPoint[] =>
    publishedBeside((studies ??= readStudies(paperFolder).found), results);
  const drawnOf = (query: ResultsQuery, figure: FigureWish, hidden: ReadonlySet<string>): Figure | null => {
    switch (figure.name) {
      case 'curves':
        return curvesFigure(readCurves(read, query, figure, nameOf), figure, figure.isLate, hidden);
      case 'sensitivity':
        return sensitivityFigure(table(query), figure.setting, hidden);
      case 'speed-accuracy':
        return speedAccuracyFigure(table(query), figure.withPublished === true ? published(table(query)) : [], hidden);
    }
  };
  const nothingToDraw = (query: ResultsQuery, figure: FigureWish, isAnyHidden: boolean): string => {
    if (isAnyHidden && drawnOf(query, figure, new Set()) !== null)
      return 'Every group of this figure is hidden, so there is nothing to draw; show some of them.';
    if (figure.name !== 'sensitivity' || table(query).rows.every(({ n }) => n === 0))
      return 'No run of this selection has finished, so there is nothing to draw yet.';
    const paths = sensitivitiesOf(table(query)).map(({ path }) => path);
    const wanted = 'no setting was compared at several values in three groups or more on one data set';
    return paths.length === 0
      ? `Nothing to draw: ${wanted}.`
      : `${figure.setting ?? ''} was not compared at several values; ${paths.join(', ')} ${paths.length === 1 ? 'was' : 'were'}.`;
  };
  /** Files are named after the one experiment that they are about. */
  const stemOf = ({ experimentIds }: ResultsQuery, namedAfter: readonly number[]): string =>
    fileStem((namedAfter.length > 0 ? namedAfter : experimentIds).map((id) => read.experiment(id)?.name ?? ''));
  return {
    runs: async ({ experimentId }) => {
      if (experimentId !== null) {
        requireExperiment(read, experimentId);
        return read.runs.ofExperiment(experimentId);
      }
      await readRuns(read);
      return read.runs.all();
    },
    newestRuns: answering(({ groups }) => read.runs.ofNewestGroups(groups)),
    trash: answering(() => read.runs.inTrash()),
    run: answering(({ runId }) => {
      const detail = read.detail(runId);
      if (detail === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
      return detail;
    }),
    runLog: answering(({ runId, ...wish }) => {
      if (read.runs.one(runId) === null)
        throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
      return read.logPage(runId, wish);
    }),
    experiments: answering(() => read.experiments()),
    results: async (query) => {
      if (query.experimentIds.length + query.groupHashes.length === 0) await readResults(read);
      return table(query);
    },
    groupMeans: async ({ groupHashes }) => {
      if (groupHashes.length === 0) await readResults(read);
      return kept.of(['means', groupHashes], () => groupMeans(readGroups(read, { ...everyGroup, groupHashes })));
    },
    curves: answering(({ mostGroups = Infinity, ...wish }) => {
      if (readGroups(read, wish.query).length > mostGroups) return [];
      const found = curves(wish);
      void sealSoon();
      return found;
    }),
    published: answering((query) => published(table(query))),
    exportResults: answering(({ query, format, columns, siunitx, namedAfter }) =>
      exportTable(table(query), format, { columns, siunitx }, { labVersion, stem: stemOf(query, namedAfter) }),
    ),
    exportWorkbook: async ({ query, columns, namedAfter }) => {
      const results = table(query);
      requireExportable(results, columns);
      const { workbook } = await import('../export/workbook.ts'); // only now: it takes long to load
      return workbook(results, columns, stemOf(query, namedAfter));
    },
    exportFigure: async ({ query, figure, format, column, hidden = [], namedAfter = [] }) => {
      const drawn = drawnOf(query, figure, new Set(hidden));
      if (drawn === null) throw new LabError('EXPORT_EMPTY', nothingToDraw(query, figure, hidden.length > 0));
      return labFile(drawn, format, column, stemOf(query, namedAfter));
    },
  };
};
