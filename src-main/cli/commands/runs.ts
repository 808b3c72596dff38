import { methodOf, nameOfMethod } from '../../../shared/method.ts';
import type { MethodId } from '../../../shared/method.ts';
import { noAnnotation } from '../../../shared/annotation.ts';
import { LabError } from '../../../shared/errors.ts';
import type { QuerySubject } from '../../../shared/query/fields.ts';
import { parseQuery } from '../../../shared/query/query.ts';
import type { RunState, RunSummary } from '../../../shared/run.ts';
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
export const runs = async (settings: Settings, queryText: string, options: RunsOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { state, experiment = null, method, dataset, search, limit } = options;
    const query = parseQuery(queryText);
    if (query.problems.length > 0) throw new LabError('CONFIG_INVALID', query.problems.join(' '));
    const [all, annotations, datasets] = await Promise.all([
      lab.runs({ experimentId: experiment }),
      lab.annotations({}),
      lab.datasets({}),
    ]);
    const annotationOf = new Map(annotations.map((each) => [each.runId, each]));
    const subjectOf = (run: RunSummary): QuerySubject => ({
      run,
      annotation: annotationOf.get(run.id) ?? noAnnotation,
      datasetName: datasets.find(({ id }) => id === run.config.dataset.id)?.name ?? run.config.dataset.id,
    });
    const found = all
      .map(subjectOf)
      .filter((subject) => !subject.annotation.archived || query.asksForArchived)
      .filter(query.matches)
      .map(({ run }) => run)
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
