import { expect, test } from 'vitest';
import { readStudies, studyOf } from '../../src-main/lab/studies/read.ts';
import { labOptions } from '../lab/fixtures/labOptions.ts';
import { shareOf, weightOf } from './hours.ts';

const folder = labOptions('').paperFolder;
const studies = readStudies(folder).found.filter(({ rows }) => rows.length > 0);

test('the hours are shared out wholly, by what each item asks for', () => {
  let left = 3600;
  const shares = studies.map((study, index) => {
    const share = shareOf(study, studies.slice(index + 1), left);
    left -= share; // each takes what it may
    return [study.id, share] as const;
  });
  expect(left).toBeCloseTo(0, 8);
  const of = new Map(shares);
  const perWeight = studies.map((study) => (of.get(study.id) ?? 0) / weightOf(study));
  for (const each of perWeight) expect(each).toBeCloseTo(perWeight[0] ?? NaN, 8);
  // 72 runs of the grid against 9 of Table 1; what one leaves the others have.
  expect(of.get('grid-search')).toBeGreaterThan(2 * (of.get('table-1') ?? NaN));
  expect(shareOf(studyOf(folder, 'table-1'), [], 100)).toBe(100);
});
