import { expect, test } from 'vitest';
import { displayWidth } from '../../src-main/cli/displayWidth.ts';
import { columns } from '../../src-main/cli/format.ts';

// Unicode Standard Annex 11: wide and fullwidth take two cells, everything else one; Annex 29: accents and joiners belong to their sign.
test.each([
  ['SGD', 3],
  ['漢字', 4],
  ['カナ', 4],
  ['ｶﾅ', 2], // halfwidth
  ['한글', 4],
  ['한글'.normalize('NFD'), 4],
  ['é'.normalize('NFD'), 1],
  ['שלום', 4],
  ['شبكة', 4],
  ['Ｅ！', 4],
  ['👩‍🔬', 2],
  ['🇩🇪', 2],
  ['★ ρ–…', 5],
  ['\u200b', 0],
])('%s takes %i cells', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('columns stand in line whatever script the names are in', () => {
  const names = ['Experiment', '模型比較', 'é'.normalize('NFD'), 'شبكة عصبية', '👩‍🔬'.repeat(60)];
  const lines = columns(names.map((name) => [name, name, '1'])).split('\n');
  const [width] = lines.map(displayWidth);
  expect(new Set(lines.map(displayWidth))).toEqual(new Set([width]));
  expect(width).toBe(2 * 120 + 2 * 2 + 1); // the widest name: sixty pictures of two cells
});

test('a row is a line, whatever a name holds', () => {
  expect(
    columns([
      ['Experiment', 'Run'],
      ['new\nline\u0007', '1'],
    ]).split('\n'),
  ).toEqual(['Experiment    Run', 'new line\\x07    1']);
});
