import { methodNames } from '../../../shared/method.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { fixedText } from '../../../shared/numberText.ts';
import { settingName, settingText } from '../../../shared/settings/index.ts';
import type { StudyCell } from '../../../shared/studies/report.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { looksOf } from '../figures/styles.ts';

type Done = StudyCell & { readonly ours: { readonly mean: number } };

const isDone = (cell: StudyCell): cell is Done => cell.ours.mean !== null;

/** Of cells the one of highest accuracy; the first of equals. */
const bestOf = (cells: readonly Done[]): Done | undefined =>
  cells.reduce<Done | undefined>(
    (best, cell) => (best === undefined || cell.ours.mean > best.ours.mean ? cell : best),
    undefined,
  );

/** How much each setting of a grid matters: at each of its values the best that a method reaches with any value of the others. */
export const sensitivityPanels = ({ axes }: Study, cells: readonly StudyCell[]): object[] => {
  const byMethod = [...groupedBy(cells.filter(isDone), ({ method }) => method)];
  const looks = looksOf(byMethod.map(([method]) => method));
  return axes.flatMap(({ path, values }) => {
    const marks = byMethod.map(([method, own], index) => ({
      ...{ kind: 'series', ...looks[index], name: methodNames[method] },
      items: values.flatMap((value, x) => {
        const best = bestOf(own.filter(({ axisValues }) => axisValues[path] === value));
        if (best === undefined) return [];
        const { mean, sd } = best.ours;
        return [{ x, y: mean, ...(sd !== null && { yLow: mean - sd, yHigh: mean + sd }) }];
      }),
    }));
    const categories = values.map((value) => settingText(path, value));
    if (marks.length === 0) return [];
    return [{ title: '', x: { label: settingName(path), categories }, y: { label: 'best test accuracy, %' }, marks }];
  });
};

/** The best cell of each method, in words. */
export const bestCells = (cells: readonly StudyCell[]): string =>
  [...groupedBy(cells.filter(isDone), ({ method }) => method).values()]
    .flatMap((own) => bestOf(own) ?? [])
    .map(({ label, ours }) => `${label} ${fixedText(ours.mean, 2)} %`)
    .join('; ');
