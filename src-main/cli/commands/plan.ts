import { counted } from '../../../shared/counted.ts';
import { gridSize } from '../../../shared/experiment.ts';
import { gridText } from '../../../shared/gridText.ts';
import type { PlannedRun } from '../../../shared/queue.ts';
import { settingLabel } from '../../../shared/settingLabel.ts';
import { settingName } from '../../../shared/settings/index.ts';
import { valueAt } from '../../../shared/valueAt.ts';
import { armNames } from '../armNames.ts';
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
    const { axes } = experiment;
    const left = runs.filter(({ finishedRunId }) => finishedRunId === null);
    const known = left.flatMap(({ estimatedMs }) => estimatedMs ?? []);
    const total = known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0);
    const saved = gridSize(experiment) - runs.length;
    const nameOf = armNames(
      runs.map(({ config }) => config),
      axes.map(({ path }) => path),
    );
    const rows = runs.map(({ config, finishedRunId, estimatedMs }) => [
      nameOf(config),
      ...axes.map(({ path }) => valueText(config, path)),
      String(config.seed),
      finishedRunId === null ? hours(estimatedMs) : `run ${finishedRunId} has finished`,
    ]);
    await print(
      [
        `${experiment.name}: ${gridText(experiment)} = ${counted(runs.length, 'run')}`,
        ...(saved > 0
          ? [
              `${saved} of the grid would be the same as others and ${saved === 1 ? 'is no run of its' : 'are no runs of their'} own: an axis does not apply to their method, or something is given twice.`,
            ]
          : []),
        known.length === 0 && left.length > 0
          ? `${runs.length - left.length} have finished; how long the others take is not known before a self-test (esam-lab device --test)`
          : `${runs.length - left.length} have finished; the others take ${known.length < left.length ? 'at least ' : ''}${hours(total)}`,
        columns([['method', ...axes.map(({ path }) => settingName(path)), 'seed', 'estimated'], ...rows]),
      ].join('\n'),
    );
    return exitCodes.done;
  });

const valueText = (config: PlannedRun['config'], path: string): string => {
  const found = valueAt(config, path);
  return found === undefined ? '–' : settingLabel(path, found);
};
