import { gridSize } from '../../../shared/experiment.ts';
import { methodNames } from '../../../shared/method.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import { columns } from '../format.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

const hours = (ms: number | null): string => (ms === null ? '–' : `${(ms / 3_600_000).toFixed(3)} h`);

/** `plan`: says what an experiment would train, what of it is done, and how long the rest takes. */
export const plan = async (settings: Settings, options: ExperimentOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const experiment = await readExperiment(lab, options);
    const runs = await lab.plan(experiment);
    if (settings.json) {
      await print(JSON.stringify({ experiment, runs }));
      return exitCodes.done;
    }
    const { arms, axes, seeds } = experiment;
    const left = runs.filter(({ finishedRunId }) => finishedRunId === null);
    const known = left.flatMap(({ estimatedMs }) => estimatedMs ?? []);
    const total = known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0);
    const saved = gridSize(experiment) - runs.length;
    const rows = runs.map(({ config, method, finishedRunId, estimatedMs }) => [
      methodNames[method],
      ...axes.map(({ path }) => valueAt(config, path)),
      String(config.seed),
      finishedRunId === null ? hours(estimatedMs) : `run ${finishedRunId} has finished`,
    ]);
    await print(
      [
        `${experiment.name}: ${[counted(arms.length, 'method'), ...axes.map(({ path, values }) => `${values.length} × ${path}`), counted(seeds.length, 'seed')].join(' × ')} = ${counted(runs.length, 'run')}`,
        ...(saved > 0
          ? [`${saved} of the grid are no runs of their own: an axis does not apply to their method.`]
          : []),
        known.length === 0 && left.length > 0
          ? `${runs.length - left.length} have finished; how long the others take is not known before a self-test (esam-lab device --test)`
          : `${runs.length - left.length} have finished; the others take ${known.length < left.length ? 'at least ' : ''}${hours(total)}`,
        columns([['method', ...axes.map(({ path }) => path), 'seed', 'estimated'], ...rows]),
      ].join('\n'),
    );
    return exitCodes.done;
  });

const valueAt = (config: unknown, path: string): string => {
  const found = path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config);
  return found === undefined ? '–' : typeof found === 'string' ? found : JSON.stringify(found);
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
