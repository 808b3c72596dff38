import { nameOfMethod } from '../../../shared/method.ts';
import { jobText } from '../../../shared/places.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { Lab } from '../../lab/lab.ts';
import { ensureEngine } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { columns, percent } from '../format.ts';
import { print, say, unlessOpenElsewhere, withLab, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { followQueue, sayInexact, trainQueue } from '../train.ts';

/** `queue`: lists what runs or waits, or works it off. */
export const queue = async (
  settings: Settings,
  options: { train: boolean; resume: boolean; install: boolean },
): Promise<ExitCode> => (options.train ? worked(settings, options) : listed(settings));

const listed = (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const queue = await lab.queue({});
    const runs = [...queue.running, ...queue.waiting];
    await print(settings.json ? JSON.stringify(queue) : runs.length === 0 ? 'The queue is empty.' : runsText(runs));
    if (queue.paused) say('The queue is paused; "esam-lab queue --run" goes on.');
    return exitCodes.done;
  });

/** The queue of another lab is that lab's: it is started, and followed. */
const worked = (settings: Settings, options: { resume: boolean; install: boolean }): Promise<ExitCode> => {
  const workOff = (train: typeof trainQueue) => async (lab: Lab) => {
    if (options.resume) await resumeInterrupted(lab);
    const waiting = await lab.queue({});
    const needsEngine = waiting.waiting.some(({ config }) => config.device.engine === 'tensorflow');
    if (needsEngine) await ensureEngine(lab, options.install);
    const { runs, exitCode } = await train(lab);
    await print(settings.json ? JSON.stringify({ runs }) : runs.length === 0 ? 'The queue is empty.' : runsText(runs));
    return exitCode;
  };
  return unlessOpenElsewhere(settings, () => withLab(settings, 'all', workOff(trainQueue)), workOff(followQueue));
};

/** Puts runs that were cut short back into the queue. */
const resumeInterrupted = async (lab: Lab): Promise<void> => {
  const interrupted = (await lab.runs({ experimentId: null })).filter(({ state }) => state === 'interrupted');
  const runIds = interrupted.map(({ id }) => id);
  if (runIds.length > 0) {
    await sayInexact(lab, runIds);
    await lab.resumeRuns({ runIds });
  }
  say(runIds.length === 0 ? 'No run was interrupted.' : `Back in the queue: run ${runIds.join(', ')}.`);
};

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
