import { analysisWork, type AnalysisSettings } from '../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import { counted } from '../../shared/counted.ts';
import { groupedBy } from '../../shared/groupedBy.ts';
import type { RunId } from '../../shared/run.ts';
import { canonicalJson } from '../../shared/runConfig.ts';
import { formatCount, formatEstimate } from '../format.ts';

/** Analyses that compare: the same settings, and so the same images, directions and places. */
export interface AnalysisSet {
  readonly key: string;
  readonly settings: AnalysisSettings;
  readonly analyses: readonly AnalysisSummary[];
  readonly rowsDone: number;
  readonly rowCount: number;
  readonly state: 'running' | 'queued' | 'finished' | 'unfinished';
  /** At the pace of the one that runs; null where none does. */
  readonly msLeft: number | null;
  /** Why those that did not finish ended, each once. */
  readonly reasons: readonly string[];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const setOf = (key: string, analyses: readonly AnalysisSummary[]): AnalysisSet[] => {
  const [first] = analyses;
  if (first === undefined) return [];
  const has = (state: AnalysisSummary['state']): boolean => analyses.some((each) => each.state === state);
  const running = analyses.find(({ msLeft }) => msLeft !== null);
  const passesOf = ({ settings, rowsDone }: AnalysisSummary): number => analysisWork(settings, rowsDone).passes;
  const waiting = analyses.filter(({ state }) => state === 'queued' || state === 'running');
  const passesLeft = running === undefined ? 0 : passesOf(running);
  const pace = running === undefined || passesLeft === 0 ? null : (running.msLeft ?? 0) / passesLeft;
  return [
    {
      ...{ key, settings: first.settings, analyses },
      rowsDone: sumOf(analyses.map(({ rowsDone }) => rowsDone)),
      rowCount: sumOf(analyses.map(({ rowCount }) => rowCount)),
      state: has('running')
        ? 'running'
        : has('queued')
          ? 'queued'
          : has('cancelled') || has('failed')
            ? 'unfinished'
            : 'finished',
      msLeft: pace === null ? null : pace * sumOf(waiting.map(passesOf)),
      reasons: [...new Set(analyses.flatMap(({ reason }) => reason ?? []))],
    },
  ];
};

const newestOfEach = (all: readonly AnalysisSummary[]): AnalysisSummary[] => [
  ...new Map(all.map((each) => [each.runId, each])).values(),
];

/** The sets of these runs, the newest first. */
export const analysisSets = (all: readonly AnalysisSummary[], runIds: readonly RunId[]): AnalysisSet[] => {
  const wanted = new Set(runIds);
  const ofRuns = all.filter(({ runId }) => wanted.has(runId)).toSorted((a, b) => a.id - b.id);
  const sets = [...groupedBy(ofRuns, ({ settings }) => canonicalJson(settings))].flatMap(([key, same]) =>
    setOf(key, newestOfEach(same)),
  );
  const newest = ({ analyses }: AnalysisSet): number => Math.max(...analyses.map(({ id }) => id));
  return sets.sort((a, b) => newest(b) - newest(a));
};

/** What runs and waits, in its order, as sets of neighbours with the same settings. */
export const queuedSets = (queued: readonly AnalysisSummary[]): AnalysisSet[] => {
  const stretches: AnalysisSummary[][] = [];
  let former = '';
  for (const each of queued) {
    const settings = canonicalJson(each.settings);
    if (settings === former) stretches.at(-1)?.push(each);
    else stretches.push([each]);
    former = settings;
  }
  return stretches.flatMap((same) => setOf(`up to ${same.at(-1)?.id}`, same));
};

/** Each analysis of a set by itself. */
export const partsOf = ({ analyses }: AnalysisSet): AnalysisSet[] =>
  analyses.flatMap((each) => setOf(String(each.id), [each]));

/** "5 of 9 rows" */
export const rowsText = ({ rowsDone, rowCount }: Pick<AnalysisSet, 'rowsDone' | 'rowCount'>): string =>
  `${formatCount(rowsDone)} of ${counted(rowCount, 'row')}`;

/** What is still to come of a set. @param isTraining - a run trains, which analyses wait for. */
export const leftText = ({ state, msLeft }: AnalysisSet, isTraining: boolean): string => {
  if (state === 'finished') return '';
  if (state === 'unfinished') return 'ended without all of its rows';
  if (state === 'queued') return isTraining ? 'waits while a run trains' : 'waits';
  return msLeft === null ? 'has begun' : `about ${formatEstimate(msLeft)} left`;
};
