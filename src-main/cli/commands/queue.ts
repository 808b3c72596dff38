import { queuedAnalyses } from '../../../shared/analyses/record.ts';
import { queuedText } from '../../../shared/analyses/words.ts';
import { LabError } from '../../../shared/errors.ts';
import { nameOfMethod } from '../../../shared/method.ts';
import { jobText } from '../../../shared/places.ts';
import { isTrainingHere } from '../../../shared/queue.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import type { Lab } from '../../lab/lab.ts';
import { analysisTable } from '../analysisTable.ts';
import { ensureEngine } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { columns, percent } from '../format.ts';
import { print, say, unlessOpenElsewhere, withLab, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { followQueue, sayInexact, trainQueue } from '../train.ts';

export interface WorkOptions {
  /** Put what was interrupted back before. */
  readonly resume: boolean;
  /** Train these and no others; null: all that wait. */
  readonly only: readonly RunId[] | null;
  readonly install: boolean;
}

/** `queue`: lists what runs or waits, or works it off. */
export const queue = async (
  settings: Settings,
  options: WorkOptions & { readonly train: boolean },
): Promise<ExitCode> => (options.train ? worked(settings, options) : listed(settings));

const listed = (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const queue = await lab.queue({});
    const runs = [...queue.running, ...queue.waiting];
    const analyses = queuedAnalyses(await lab.analyses({}));
    const tables = [
      ...(runs.length === 0 ? [] : [runsText(runs)]),
      ...(analyses.length === 0 ? [] : [analysisTable(analyses)]),
    ];
    if (settings.json) await print(JSON.stringify({ ...queue, analyses }));
    else await print(tables.length === 0 ? 'The queue is empty.' : tables.join('\n\n'));
    if (queue.paused) say('The queue is paused; "esam-lab queue --run" goes on.');
    if (analyses.length > 0)
      say(
        `${queuedText(analyses, isTrainingHere(queue))}. To take one out: esam-lab analyse --cancel ${analyses.at(-1)?.id}`,
      );
    return exitCodes.done;
  });

/** The queue of another lab is that lab's: it is started, and followed. */
const worked = (settings: Settings, options: WorkOptions): Promise<ExitCode> => {
  const { only } = options;
  const workOff = (train: typeof trainQueue) => async (lab: Lab) => {
    const areResumed = !options.resume || (await resumeInterrupted(lab));
    const wanted = (await lab.queue({})).waiting.filter(({ id }) => only?.includes(id) ?? true);
    const needsEngine = wanted.some(({ config }) => config.device.engine === 'tensorflow');
    if (needsEngine) await ensureEngine(lab, options.install);
    const { runs, exitCode } = await train(lab, only);
    await print(settings.json ? JSON.stringify({ runs }) : runs.length === 0 ? 'The queue is empty.' : runsText(runs));
    return areResumed || exitCode !== exitCodes.done ? exitCode : exitCodes.failed;
  };
  const here = () => withLab(settings, 'all', workOff(trainQueue), { awaitsStart: only !== null });
  return unlessOpenElsewhere(settings, here, workOff(followQueue));
};

/** Puts runs that were cut short back into the queue. @returns whether each of them could be. */
const resumeInterrupted = async (lab: Lab): Promise<boolean> => {
  const runs = await lab.runs({ experimentId: null });
  const interrupted = runs.filter(({ state }) => state === 'interrupted');
  if (interrupted.length === 0) say('No run was interrupted.');
  const stopped = runs.filter(({ state }) => state === 'stopped').map(({ id }) => id);
  if (stopped.length > 0)
    say(
      `Left as they were stopped: run ${shortList(stopped)}. To go on with one: esam-lab run --resume ${stopped[0] ?? ''}`,
    );
  const resumed: RunId[] = [];
  for (const { id } of interrupted) {
    try {
      await sayInexact(lab, [id]);
      await lab.resumeRuns({ runIds: [id] });
      resumed.push(id);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      say(`Run ${id} cannot go on: ${error.message}`); // the others can
    }
  }
  if (resumed.length > 0) say(`Back in the queue: run ${resumed.join(', ')}.`);
  return resumed.length === interrupted.length;
};

const shortList = (ids: readonly RunId[]): string =>
  ids.length > 10 ? `${ids.slice(0, 10).join(', ')} and ${ids.length - 10} more` : ids.join(', ');

const runsText = (runs: readonly RunSummary[]): string =>
  columns([
    ['Experiment', 'Run', 'Method', 'Seed', 'Epochs', 'State', 'Best test accuracy'],
    ...runs.map((run) => [
      run.experimentName,
      String(run.id),
      nameOfMethod(run.config.optimizer),
      String(run.config.seed),
      `${run.epochsDone}/${run.config.epochs}`,
      run.job === null ? run.state : `${run.state}: ${jobText(run.job)}`,
      percent(run.bestTestAccuracy),
    ]),
  ]);
