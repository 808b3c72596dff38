import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import type { AccuracyChoice } from '../../shared/result.ts';
import { bestAtEach, sensitivitiesOf } from '../../shared/results/sensitivity.ts';
import { sensitivityFigure } from '../../src-main/lab/figures/sensitivity.ts';
import { resultsTable } from '../../src-main/lab/statistics/resultsTable.ts';
import { esam, sgd, shared } from '../lab/fixtures/configs.ts';
import { groupOf, runOf } from '../lab/fixtures/groups.ts';

/** ESAM with β, γ and the accuracies of an epoch each; SGD beside it has neither. */
const groups = [
  [0.1, 0.5, 0.9, 0.8],
  [0.1, 0.9, 0.7],
  [0.05, 0.5, 0.6, 0.65],
  [1, 0.5, 0.5],
].map(([beta = 0, gamma = 0, ...accuracies]) => groupOf({ ...esam, beta, gamma }, [runOf(0, accuracies)]));
const table = (accuracy: AccuracyChoice = 'last', all = [...groups, groupOf(sgd, [runOf(0, [0.4])])]) =>
  resultsTable(all, { ...everyGroup, accuracy });

test('values go by size, a method that has no such setting is left out, at each value one group is best', () => {
  const [beta, gamma, ...more] = sensitivitiesOf(table());
  expect(more).toEqual([]);
  expect(beta).toMatchObject({ path: 'optimizer.beta', values: ['0.05', '0.1', '1'] });
  expect(beta?.points.map(({ x, y }) => [x, Math.round(y)])).toEqual([
    ...[
      [1, 80],
      [1, 70],
      [0, 65],
      [2, 50],
    ],
  ]);
  expect(bestAtEach(beta?.points ?? []).map(({ x, y }) => [x, Math.round(y)])).toEqual([
    ...[
      [0, 65],
      [1, 80],
      [2, 50],
    ],
  ]);
  // Without the best, the next one is: the line has no hole.
  const others = beta?.points.filter(({ y }) => Math.round(y) !== 80) ?? [];
  expect(bestAtEach(others).map(({ y }) => Math.round(y))).toEqual([65, 70, 50]);
  expect(gamma?.values).toEqual(['0.5', '0.9']);
  expect(bestAtEach(gamma?.points ?? []).map(({ y }) => Math.round(y))).toEqual([80, 70]);
  const [best] = sensitivitiesOf(table('best'));
  expect(best?.points.map(({ y }) => Math.round(y))).toEqual([90, 70, 65, 50]);
});

test('the figure for a paper has every group as a dot and the best of each value, with their spreads, on a line', () => {
  const spread = groupOf({ ...esam, beta: 0.05, gamma: 0.9 }, [runOf(0, [0.7]), runOf(1, [0.8])]);
  const all = table('last', [...groups, spread]);
  const figure = sensitivityFigure(all, 'optimizer.beta');
  const [panel] = figure?.panels ?? [];
  expect([figure?.id, panel?.x.categories, panel?.y.label]).toEqual([
    'sensitivity-optimizer-beta',
    ['0.05', '0.1', '1'],
    'last test accuracy, %',
  ]);
  const [dots, line] = (panel?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));
  expect([dots?.isSmall, dots?.dash, dots?.items.length]).toEqual([true, null, 5]);
  expect(line?.name).toBe('ESAM');
  const [first, ...others] = line?.items ?? [];
  // Mean of 70 and 80, and their sample deviation 10 / √2.
  expect(first?.y).toBeCloseTo(75, 10);
  expect((first?.yHigh ?? NaN) - (first?.yLow ?? NaN)).toBeCloseTo(2 * (10 / Math.SQRT2), 10);
  expect(others.map(({ x, y }) => [x, Math.round(y)])).toEqual([
    ...[
      [1, 80],
      [2, 50],
    ],
  ]);
  // One seed, but for the group with two.
  expect(figure?.caption).toContain('n = 1–2');
  // What is hidden on screen is not in it: without the group of two, 0.05 has the one with 65 alone.
  const hidden = new Set(all.rows.filter(({ n }) => n === 2).map(({ key }) => key));
  const fewer = sensitivityFigure(all, 'optimizer.beta', hidden);
  expect(fewer?.caption).toContain('n = 1)');
  const [, rest] = (fewer?.panels[0]?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));
  expect(rest?.items.map(({ y }) => Math.round(y))).toEqual([65, 80, 50]);
  expect(sensitivityFigure(all, 'optimizer.beta', new Set(all.rows.map(({ key }) => key)))).toBeNull();
  expect(sensitivityFigure(all, null)?.id).toBe(figure?.id); // the first
  expect(sensitivityFigure(all, 'optimizer.rho')).toBeNull();
});

test('of two as good one is marked; two groups, and several data sets, show no sensitivity', () => {
  const [low, high, ...rest] = groups;
  if (low === undefined || high === undefined) throw new Error('There are four.');
  const equal = groupOf({ ...esam, beta: 0.1, gamma: 0.7 }, [runOf(0, [0.8])]);
  const [beta] = sensitivitiesOf(table('last', [equal, ...groups]));
  expect(bestAtEach(beta?.points ?? [])).toHaveLength(3);
  expect(sensitivitiesOf(table('last', [low, high]))).toEqual([]);
  const elsewhere = groupOf({ ...esam, beta: 0.3 }, [runOf(0, [0.8])], {
    dataset: { ...shared.dataset, id: 'cifar10' },
  });
  expect(sensitivitiesOf(table('last', [low, elsewhere, ...rest]))).toEqual([]);
});

test('a line of what nobody has published says so, where all of it is that', () => {
  const nameOf = (all: typeof groups) => {
    const marks = sensitivityFigure(table('last', all), 'optimizer.beta')?.panels[0]?.marks ?? [];
    return marks.flatMap((mark) => ('name' in mark && mark.name !== '' ? [mark.name] : []));
  };
  const often = [0.1, 0.5, 1].map((beta) => groupOf({ ...esam, beta, interval: 2 }, [runOf(0, [beta])]));
  expect(nameOf(groups)).toEqual(['ESAM']);
  expect(nameOf(often)).toEqual(['ESAM, experimental']);
  expect(nameOf([...groups, ...often])).toEqual(['ESAM']);
});
