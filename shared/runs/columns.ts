import { counted } from '../counted.ts';
import { nameOfMethod } from '../method.ts';
import { countText } from '../numberText.ts';
import { settingOfRun, type QuerySubject } from '../query/fields.ts';
import { sentenceCase } from '../sentenceCase.ts';
import { settingPaths } from '../settingPaths.ts';
import { settingName, settingOf } from '../settings/index.ts';
import { inCommon, largest, type CellValue, type GroupSubject, type RunColumn } from './column.ts';

/** Stands for the settings in which the rows shown differ. */
export const differingColumns = 'differing';

/** What the list of runs shows where nothing else was chosen: what was measured, then what was set. */
export const usualColumns: readonly string[] = [
  ...['finished', 'last', 'best', 'speed'],
  ...[differingColumns, 'activeTime', 'ended'],
];

type Own = Omit<RunColumn, 'ofGroup'> & Partial<Pick<RunColumn, 'ofGroup'>>;
/** Of a group: what its runs have in common, where nothing else is said. */
const column = (own: Own): RunColumn => ({ ofGroup: inCommon(own.ofRun), ...own });
const newestOf = (of: (subject: QuerySubject) => CellValue) => ({ ofRun: of, ofGroup: largest(of) });

/** What a run did and is. A column more is an entry more. */
const factColumns: readonly RunColumn[] = [
  column({
    ...{ id: 'finished', header: 'Finished', kind: 'count' },
    help: 'Of a configuration: how many of its runs finished. Of a run: the epochs that it has done.',
    ofRun: ({ run }) => run.epochsDone,
    runText: ({ run: { epochsDone, config } }) =>
      epochsDone === config.epochs
        ? counted(epochsDone, 'epoch')
        : `${countText(epochsDone)} of ${counted(config.epochs, 'epoch')}`,
    ofGroup: ({ finishedCount }) => finishedCount,
    groupText: ({ finishedCount, runCount }) =>
      finishedCount === runCount ? countText(finishedCount) : `${countText(finishedCount)} of ${countText(runCount)}`,
  }),
  column({
    ...{ id: 'last', header: 'Last', unit: '%', kind: 'percent' },
    help: 'Test accuracy after the last epoch; of a configuration the mean ± sd over its finished runs.',
    ofRun: ({ run }) => run.lastTestAccuracy,
    ofGroup: ({ results }) => results?.lastTestAccuracy.mean ?? null,
    sdOfGroup: ({ results }) => results?.lastTestAccuracy.sd ?? null,
  }),
  column({
    ...{ id: 'best', header: 'Best', unit: '%', kind: 'percent' },
    help: 'Largest test accuracy of any epoch; of a configuration the mean ± sd over its finished runs.',
    ofRun: ({ run }) => run.bestTestAccuracy,
    ofGroup: ({ results }) => results?.bestTestAccuracy.mean ?? null,
    sdOfGroup: ({ results }) => results?.bestTestAccuracy.sd ?? null,
  }),
  column({
    ...{ id: 'speed', header: 'Images/s', kind: 'speed' },
    help: 'Images of optimizer steps per second, the median over epochs, and over runs.',
    ofRun: ({ run }) => run.imagesPerSecond,
    ofGroup: ({ results }) => results?.imagesPerSecond ?? null,
  }),
  column({
    ...{ id: 'activeTime', header: 'Active time', kind: 'duration' },
    help: 'Time in optimizer steps, without evaluation and pauses; of a configuration the median over runs.',
    ofRun: ({ run }) => (run.activeMs === 0 ? null : run.activeMs),
    ofGroup: ({ results }) => results?.activeMs ?? null,
  }),
  column({
    ...{ id: 'ended', header: 'Ended', kind: 'time', help: 'When it ended; of a configuration its newest run.' },
    ...newestOf(({ run }) => run.endedAt),
  }),
  column({
    ...{ id: 'started', header: 'Started', kind: 'time', help: 'When it started; of a configuration its newest run.' },
    ...newestOf(({ run }) => run.startedAt),
  }),
  column({
    ...{ id: 'queued', header: 'Queued', kind: 'time', help: 'When it was queued; of a configuration its newest run.' },
    ...newestOf(({ run }) => run.createdAt),
  }),
  column({ id: 'run', header: 'Run', kind: 'count', help: 'The run’s number.', ...newestOf(({ run }) => run.id) }),
  column({
    ...{ id: 'state', header: 'State', kind: 'text', help: 'Whether it is queued, running, finished, …' },
    ofRun: ({ run }) => run.state,
  }),
  column({
    ...{ id: 'experiment', header: 'Experiment', kind: 'text', help: 'The experiment that it was queued with.' },
    ofRun: ({ run }) => run.experimentName,
  }),
  column({
    ...{ id: 'tags', header: 'Tags', kind: 'text', help: 'Tags that you gave it.' },
    ofRun: ({ annotation }) => annotation.tags.join(', ') || null,
    ofGroup: ({ subjects }) =>
      [...new Set(subjects.flatMap(({ annotation }) => annotation.tags))].sort().join(', ') || null,
  }),
  column({
    ...{ id: 'note', header: 'Note', kind: 'text', help: 'The first line of its note.' },
    ofRun: ({ annotation: { note } }) => (note === '' ? null : note.replace(/\n.*/s, '').slice(0, 80)),
  }),
  column({
    ...{
      id: 'bestEpoch',
      header: 'Best epoch',
      kind: 'count',
      help: 'The first epoch that reached the best accuracy.',
    },
    ofRun: ({ run }) => run.bestEpoch,
    ofGroup: () => null,
  }),
  column({
    ...{ id: 'peakMemory', header: 'Peak memory', kind: 'bytes', help: 'Most bytes that a step held at once.' },
    ...newestOf(({ run }) => run.peakStepBytes),
  }),
  column({
    ...{ id: 'otherLoad', header: 'Other load', unit: 'cores', kind: 'speed' },
    help: 'Cores of the machine that other programs kept busy while it trained: its speed is that much in doubt.',
    ...newestOf(({ run }) => run.othersBusyCores),
  }),
  column({
    ...{ id: 'checkpoints', header: 'Checkpoints', kind: 'bytes', help: 'Size of all its checkpoints.' },
    ofRun: ({ run }) => (run.checkpointBytes === 0 ? null : run.checkpointBytes),
    ofGroup: ({ subjects }) => subjects.reduce((sum, { run }) => sum + run.checkpointBytes, 0) || null,
  }),
  column({
    ...{
      id: 'place',
      header: 'Place',
      kind: 'text',
      help: 'Where it began last, or the lab that it was imported from.',
    },
    ofRun: ({ run }) => run.origin?.name ?? run.place,
  }),
  column({
    id: 'seed',
    header: 'Seed',
    kind: 'count',
    help: settingOf('seed').help,
    ofRun: ({ run }) => run.config.seed,
  }),
];

const settingColumn = (path: string): RunColumn => {
  const ofRun = (subject: QuerySubject): CellValue => {
    if (path === 'dataset.id') return subject.datasetName;
    const [value = null] = settingOfRun(subject.run, path);
    return value === '–' ? null : value;
  };
  // Equal settings are what makes them a group.
  const ofGroup = ({ subjects: [first] }: GroupSubject): CellValue => ofRun(first);
  return column({
    ...{ id: path, header: sentenceCase(settingName(path)), kind: 'setting' },
    help: settingOf(path).help,
    ofRun,
    ofGroup,
  });
};

/** Every setting but those that other columns tell. */
const settingColumns: readonly RunColumn[] = settingPaths
  .filter((path) => path !== 'optimizer.name' && path !== 'seed')
  .map(settingColumn);

/** All that the list can show, in the order in which they are offered. */
export const runColumns: readonly RunColumn[] = [...factColumns, ...settingColumns];

const byId = new Map(runColumns.map((each) => [each.id, each]));
/** The method stands in front and is no choice; it can be sorted by. */
export const methodColumn: RunColumn = column({
  ...{ id: 'method', header: 'Method', kind: 'text', help: settingOf('optimizer.name').help },
  ofRun: ({ run }) => nameOfMethod(run.config.optimizer),
});

/** Undefined where there is none of that name, as in a view of another version. */
export const runColumnOf = (id: string): RunColumn | undefined => (id === 'method' ? methodColumn : byId.get(id));
