import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import { automaticBaseline } from '../../src-renderer/automaticBaseline.ts';
import { resultsTable } from '../../src-main/lab/statistics/resultsTable.ts';
import { sam, sgd } from '../lab/fixtures/configs.ts';
import { groupOf, runOf } from '../lab/fixtures/groups.ts';

const finished = [runOf(0, [0.9])];

test.each([
  ['first SGD group', [groupOf(sgd, finished), groupOf(sam, finished)]],
  ['first SGD group', [groupOf(sgd, []), groupOf(sgd, finished, { batchSize: 7 })]],
  ['none: no SGD group has finished', [groupOf(sgd, []), groupOf(sam, finished)]],
  ['none: no SGD group', [groupOf(sam, finished)]],
])('the baseline that nobody chose is “%s”, and there is one where the words say so', (text, groups) => {
  const table = resultsTable(groups, everyGroup);
  expect(automaticBaseline(table.rows, 'sgd')).toBe(text);
  expect(table.accuracyBaseline === null).toBe(text.startsWith('none'));
});
