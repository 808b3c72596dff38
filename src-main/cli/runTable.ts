import { LabError } from '../../shared/errors.ts';
import { groupConfigOf } from '../../shared/runConfig.ts';
import type { LabApi } from '../../shared/labApi.ts';
import { countText, rateText, secondsText } from '../../shared/numberText.ts';
import type { QuerySubject } from '../../shared/query/fields.ts';
import type { CellKind, CellValue, RunColumn } from '../../shared/runs/column.ts';
import { differingColumns, methodColumn, runColumnOf, runColumns } from '../../shared/runs/columns.ts';
import type { RunSort } from '../../shared/runs/view.ts';
import { differingPaths, settingText } from '../../shared/settings/index.ts';
import { percent } from './format.ts';

interface Wish {
  readonly view?: string;
  readonly sort?: string;
  readonly columns?: readonly string[];
}

/** What a list of runs is to be; the usual columns where none are named. */
interface TerminalView {
  readonly query: string;
  readonly columns: readonly string[] | null;
  readonly sort: RunSort;
}

/** @throws LabError CONFIG_INVALID where there is no such view or column, with those there are. */
export const viewOf = async (lab: Pick<LabApi, 'runViews'>, { view, sort, columns }: Wish): Promise<TerminalView> => {
  const kept = view === undefined ? null : await keptView(lab, view);
  const column = sort?.replace(/^-/, '');
  for (const id of [...(columns ?? []), ...(column === undefined ? [] : [column])]) checkColumn(id);
  return {
    query: kept?.query ?? '',
    columns: columns ?? kept?.columns ?? null,
    sort: column === undefined ? (kept?.sort ?? null) : { column, isDescending: sort?.startsWith('-') === true },
  };
};

const keptView = async (lab: Pick<LabApi, 'runViews'>, name: string) => {
  const all = await lab.runViews({});
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found.view;
  const names = all.map((each) => `“${each.name}”`).join(', ');
  const there = names === '' ? 'none is kept yet: Runs in the window keeps them' : `there are ${names}`;
  throw new LabError('CONFIG_INVALID', `There is no view “${name}” of the runs; ${there}.`);
};

const checkColumn = (id: string): void => {
  if (id === differingColumns || runColumnOf(id) !== undefined) return;
  const known = runColumns.map((each) => each.id).join(', ');
  throw new LabError('CONFIG_INVALID', `There is no column “${id}” of the runs; there are method, ${known}.`);
};

const numbers: Readonly<Record<Exclude<CellKind, 'setting' | 'text' | 'time'>, (value: number) => string>> = {
  bytes: (value) => `${(value / 1e6).toFixed(1)} MB`,
  count: countText,
  duration: (value) => `${secondsText(value)} s`,
  percent,
  speed: rateText,
};
const textOf = ({ id, kind }: RunColumn, value: CellValue): string => {
  if (value === null) return '–';
  if (typeof value === 'string' || kind === 'text' || kind === 'time') return String(value);
  return kind === 'setting' ? settingText(id, value) : numbers[kind](value);
};

/** Rows of text with a head: number, method, and these columns. */
export const tableOf = (subjects: readonly QuerySubject[], ids: readonly string[]): string[][] => {
  const differing = differingPaths(subjects.map(({ run }) => groupConfigOf(run.config)));
  const paths = ids.flatMap((id) => (id === differingColumns ? differing : [id]));
  const chosen = [...new Set(paths)].flatMap((id) => runColumnOf(id) ?? []);
  const all = [methodColumn, ...chosen.filter(({ id }) => id !== 'run' && id !== 'method')];
  return [
    ['run', ...all.map(({ header }) => header)],
    ...subjects.map((subject) => [
      String(subject.run.id),
      ...all.map((column) => column.runText?.(subject) ?? textOf(column, column.ofRun(subject))),
    ]),
  ];
};
