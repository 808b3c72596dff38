import { methodOf, nameOfMethod } from '../../../shared/method.ts';
import type { MethodId } from '../../../shared/method.ts';
import { noAnnotation } from '../../../shared/annotation.ts';
import { LabError } from '../../../shared/errors.ts';
import type { QuerySubject } from '../../../shared/query/fields.ts';
import { nothingFound } from '../../../shared/query/nothingFound.ts';
import { parseQuery } from '../../../shared/query/query.ts';
import type { RunState, RunSummary } from '../../../shared/run.ts';
import { findRuns } from '../../../shared/runs/find.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { columns, percent } from '../format.ts';
import { tableOf, viewOf } from '../runTable.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

const noRuns = 'There are no such runs.';

export interface RunsOptions {
  readonly state?: RunState;
  readonly experiment?: number;
  readonly method?: MethodId;
  readonly dataset?: string;
  /** In the experiment's name, the method, the model and the data set. */
  readonly search?: string;
  readonly limit?: number;
  /** A view that was kept under this name: what it asks for, besides the query, its columns and its order. */
  readonly view?: string;
  /** A column, with a minus in front from the largest. */
  readonly sort?: string;
  /** Ids of columns, in place of the usual ones. */
  readonly columns?: readonly string[];
}

/** `runs`: lists the history, the newest first. */
export const runs = async (settings: Settings, queryText: string, options: RunsOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { state, experiment = null, method, dataset, search, limit } = options;
    const view = await viewOf(lab, options);
    const query = parseQuery(`${view.query} ${queryText}`);
    const problems = [...query.problems, ...query.unfinished];
    if (problems.length > 0) throw new LabError('CONFIG_INVALID', problems.join(' '));
    const [all, trashed, annotations, datasets] = await Promise.all([
      lab.runs({ experimentId: experiment }),
      lab.trash({}),
      lab.annotations({}),
      lab.datasets({}),
    ]);
    const annotationOf = new Map(annotations.map((each) => [each.runId, each]));
    const subjectOf = (run: RunSummary, isTrashed: boolean): QuerySubject => ({
      ...{ run, isTrashed, annotation: annotationOf.get(run.id) ?? noAnnotation },
      datasetName: datasets.find(({ id }) => id === run.config.dataset.id)?.name ?? run.config.dataset.id,
    });
    const isWanted = ({ run: { state: of, config, experimentName, experimentId } }: QuerySubject): boolean =>
      (state === undefined || of === state) &&
      (experiment === null || experimentId === experiment) &&
      (method === undefined || methodOf(config.optimizer) === method) &&
      (dataset === undefined || config.dataset.id === dataset) &&
      [experimentName, nameOfMethod(config.optimizer), config.model.id, config.dataset.id]
        .join(' ')
        .toLowerCase()
        .includes((search ?? '').toLowerCase());
    const subjects = [...all.map((run) => subjectOf(run, false)), ...trashed.map((run) => subjectOf(run, true))].filter(
      isWanted,
    );
    const shown = findRuns(subjects, query, view.sort).slice(0, limit);
    const found = shown.map(({ run }) => run);
    const none = [noRuns, ...nothingFound(query, subjects)].join('\n');
    if (!settings.json && view.columns !== null) {
      await print(shown.length === 0 ? none : columns(tableOf(shown, view.columns)));
      return exitCodes.done;
    }
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
    const text = rows.length === 0 ? none : columns([head, ...rows]);
    await print(settings.json ? JSON.stringify(found) : text);
    return exitCodes.done;
  });
