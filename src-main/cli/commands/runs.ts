import { methodOf, nameOfMethod } from '../../../shared/method.ts';
import type { MethodId } from '../../../shared/method.ts';
import type { RunState } from '../../../shared/run.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { columns, percent } from '../format.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

export interface RunsOptions {
  readonly state?: RunState;
  readonly experiment?: number;
  readonly method?: MethodId;
  readonly dataset?: string;
  /** In the experiment's name, the method, the model and the data set. */
  readonly search?: string;
  readonly limit?: number;
}

/** `runs`: lists the history, the newest first. */
export const runs = async (settings: Settings, options: RunsOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { state, experiment = null, method, dataset, search, limit } = options;
    const found = (await lab.runs({ experimentId: experiment }))
      .filter((run) => state === undefined || run.state === state)
      .filter(({ config }) => method === undefined || methodOf(config.optimizer) === method)
      .filter(({ config }) => dataset === undefined || config.dataset.id === dataset)
      .filter(({ experimentName, config }) =>
        [experimentName, nameOfMethod(config.optimizer), config.model.id, config.dataset.id]
          .join(' ')
          .toLowerCase()
          .includes((search ?? '').toLowerCase()),
      )
      .toSorted((a, b) => b.id - a.id)
      .slice(0, limit);
    const rows = found.map(({ id, experimentName, config, ...run }) => [
      String(id),
      experimentName,
      nameOfMethod(config.optimizer),
      config.model.id,
      config.dataset.id,
      String(config.seed),
      run.state,
      `${run.epochsDone}/${config.epochs}`,
      percent(run.bestTestAccuracy),
    ]);
    const head = ['run', 'experiment', 'method', 'model', 'data set', 'seed', 'state', 'epochs', 'best accuracy'];
    const text = rows.length === 0 ? 'There are no such runs.' : columns([head, ...rows]);
    await print(settings.json ? JSON.stringify(found) : text);
    return exitCodes.done;
  });
