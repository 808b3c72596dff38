import type { Figure } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { nameOfAll } from '../../../shared/method.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import { bestAtEach, sensitivitiesOf } from '../../../shared/results/sensitivity.ts';
import { nOf } from './speedAccuracy.ts';
import { looksOf } from './styles.ts';

/**
 * Accuracy over the values of a setting, as Compare shows it: every group a dot, the best of a method at each value on its line. Null where
 * no setting, or not this one, was compared at several values.
 * @param path - of the setting; null = the first that was.
 * @param hidden - keys of groups that are left out.
 */
export const sensitivityFigure = (
  table: ResultsTable,
  path: string | null,
  hidden: ReadonlySet<string> = new Set(),
): Figure | null => {
  const all = sensitivitiesOf(table);
  const shown = path === null ? all[0] : all.find((each) => each.path === path);
  if (shown === undefined) return null;
  const points = shown.points.filter(({ row }) => !hidden.has(row.key));
  if (points.length === 0) return null;
  const methods = [...groupedBy(points, ({ method }) => method)];
  const looks = looksOf(methods.map(([method]) => method));
  const dots = methods.map(([, own], index) => ({
    ...{ kind: 'series', ...looks[index], name: '', dash: null, shape: 'circle', isSmall: true },
    items: own.map(({ row, x, y }) => ({ x, y, label: row.label })),
  }));
  const lines = methods.map(([method, own], index) => ({
    ...{
      kind: 'series',
      ...looks[index],
      name: nameOfAll(
        method,
        own.map(({ row }) => row.config.optimizer),
      ),
    },
    items: bestAtEach(own).map(({ x, y, sd }) => ({ x, y, ...(sd !== null && { yLow: y - sd, yHigh: y + sd }) })),
  }));
  const y = { label: `${table.accuracy} test accuracy, %` };
  return figureSchema.parse({
    id: `sensitivity-${shown.path.replaceAll(/[^a-zA-Z0-9]+/g, '-').toLowerCase()}`,
    caption: `Test accuracy (${table.accuracy} epoch, mean over seeds, ${nOf(points)}) over ${shown.name}. Line: the best of all groups at each value, whatever their other settings, ± one sample standard deviation. Dots: every group.`,
    panels: [{ title: '', x: { label: shown.name, categories: [...shown.values] }, y, marks: [...dots, ...lines] }],
  });
};
