import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { z } from 'zod';
import { noAnnotation, type Annotation } from '../../shared/annotation.ts';
import { isHalfTyped } from '../../shared/query/complete.ts';
import type { QuerySubject } from '../../shared/query/fields.ts';
import { nothingFound } from '../../shared/query/nothingFound.ts';
import { parseQuery } from '../../shared/query/query.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import { groupConfigOf } from '../../shared/runConfig.ts';
import type { RunColumn } from '../../shared/runs/column.ts';
import { differingColumns, runColumnOf } from '../../shared/runs/columns.ts';
import { differingPaths } from '../../shared/settings/index.ts';
import { findRuns } from '../../shared/runs/find.ts';
import { isNumeric } from '../runCells.ts';
import { groupRuns, type RunGroup } from '../runGroups.ts';
import { useAnnotations } from './annotations.ts';
import { useDatasets } from './datasets.ts';
import { useKept } from './kept.ts';
import { useRuns } from './runs.ts';
import { useRunViews } from './runViews.ts';

export interface ShownColumn extends RunColumn {
  /** Figures stand in it. */
  readonly isNumeric: boolean;
  /** The column of the view that it stands for. */
  readonly place: string;
}

/** The list of runs as the present view shows it. It outlives the page of the list, so that coming back shows it at once. */
export const useRunList = defineStore('runList', () => {
  const runs = useRuns();
  const annotations = useAnnotations();
  const datasets = useDatasets();
  const views = useRunViews();
  const selected = shallowRef<ReadonlySet<RunId>>(new Set());
  /** Keys of the groups whose runs are shown. */
  const opened = shallowRef<ReadonlySet<string>>(new Set());
  useKept().keep(
    'runs.open',
    z.array(z.string()).max(1000),
    computed({ get: () => [...opened.value], set: (keys) => (opened.value = new Set(keys)) }),
  );

  /** All runs are there; until then the newest ones stand for a list that is not searched or sorted. */
  const isWhole = computed(() => runs.runs !== null);
  const areNewestFirst = computed(() => views.view.query === '' && views.view.sort === null);
  /** Each as long as nothing of it changes: what is found out of a subject is kept with it. */
  const known = new WeakMap<RunSummary, QuerySubject>();
  const subjectOf = (run: RunSummary, annotation: Annotation, isTrashed: boolean): QuerySubject => {
    const datasetName = datasets.nameOf(run.config.dataset.id);
    const before = known.get(run);
    const isSame = before?.annotation === annotation && before.datasetName === datasetName;
    if (isSame && before.isTrashed === isTrashed) return before;
    const subject = { run, annotation, datasetName, isTrashed };
    known.set(run, subject);
    return subject;
  };
  const subjects = computed((): QuerySubject[] => [
    ...(runs.runs ?? (areNewestFirst.value ? runs.newest : [])).map((run) =>
      subjectOf(run, annotations.of(run.id), false),
    ),
    ...runs.trash.map((run) => subjectOf(run, noAnnotation, true)),
  ]);
  /** The last query that was whole. */
  const whole = ref('');
  const typed = computed(() => parseQuery(views.view.query));
  watch(
    [() => views.view.query, subjects],
    ([text]) => {
      const isWhole = typed.value.problems.length === 0 && subjects.value.some(typed.value.finds);
      if (isWhole || !isHalfTyped(text, subjects.value)) whole.value = text;
    },
    { immediate: true },
  );
  const isHeld = computed(() => whole.value !== views.view.query);
  const query = computed(() => parseQuery(whole.value));
  const shown = computed(() => findRuns(subjects.value, query.value, views.view.sort));
  const why = computed(() => (shown.value.length > 0 ? [] : nothingFound(query.value, subjects.value)));
  /** Of the groups shown, by key: what columns are made of, which a new order does not change. */
  let byKey: ReadonlyMap<string, RunGroup> = new Map();
  const groups = computed(() => {
    const found = groupRuns(subjects.value, shown.value, runs.results, views.view.sort);
    byKey = new Map(found.map((group) => [group.key, group]));
    return found;
  });
  const keys = computed(() =>
    groups.value
      .map(({ key }) => key)
      .sort()
      .join('\n'),
  );
  /** Settings in which the configurations shown differ stand where the view has a place for them. */
  const columns = computed((): readonly ShownColumn[] => {
    const all = keys.value.split('\n').flatMap((key) => byKey.get(key) ?? []);
    const chosen = new Set(views.view.columns);
    const configs = all.map(({ subjects: [first] }) => groupConfigOf(first.run.config));
    const differing = chosen.has(differingColumns) ? differingPaths(configs).filter((path) => !chosen.has(path)) : [];
    const ids = views.view.columns.flatMap((place) =>
      (place === differingColumns ? differing : [place]).map((id) => ({ id, place })),
    );
    return ids.flatMap(({ id, place }) => {
      const column = runColumnOf(id);
      return column === undefined ? [] : [{ ...column, place, isNumeric: isNumeric(column, all) }];
    });
  });
  const chosen = computed(() => shown.value.filter(({ run }) => selected.value.has(run.id)));
  return { selected, opened, isWhole, subjects, typed, whole, isHeld, groups, shown, why, columns, chosen };
});
