import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import { columnsOf } from '../../shared/results/columns.ts';
import { resultsTable } from '../../src-main/lab/statistics/resultsTable.ts';
import { movedBy, movedOnto, withColumn } from '../../src-renderer/columnOrder.ts';

const all = ['a', 'b', 'c', 'd'];

test('a column takes the place of the one that it is dropped on, from either side', () => {
  expect(movedOnto(all, 'a', 'c')).toEqual(['b', 'c', 'a', 'd']);
  expect(movedOnto(all, 'd', 'b')).toEqual(['a', 'd', 'b', 'c']);
  expect(movedOnto(all, 'b', 'b')).toEqual(all);
  expect(movedOnto(all, 'x', 'b')).toEqual(all);
  expect(movedOnto(all, 'a', 'x')).toEqual(all);
});

test('step by step it goes as far as the ends', () => {
  expect(movedBy(all, 'c', -1)).toEqual(['a', 'c', 'b', 'd']);
  expect(movedBy(all, 'c', 1)).toEqual(['a', 'b', 'd', 'c']);
  expect(movedBy(all, 'd', 1)).toEqual(all);
  expect(movedBy(all, 'a', -1)).toEqual(all);
});

test('a new one comes where it usually stands, whatever was moved', () => {
  const place = (id: string): number => 'abcd'.indexOf(id);
  expect(withColumn(['a', 'd'], 'b', place)).toEqual(['a', 'b', 'd']);
  expect(withColumn(['d', 'a'], 'b', place)).toEqual(['b', 'd', 'a']);
  expect(withColumn([], 'b', place)).toEqual(['b']);
});

test('results have the columns that were chosen in their order, the method first, on screen and in every export', () => {
  const found = columnsOf('paper', resultsTable([], everyGroup), ['images_per_second', 'no_such_column', 'n']);
  expect(found.map(({ id }) => id)).toEqual(['label', 'images_per_second', 'n']);
});
