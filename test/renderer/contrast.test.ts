import { expect, test } from 'vitest';
import { lookOf, methodIds } from '../../shared/methods/index.ts';
import { contrast, fromPaperToDark, onDark, onLight } from '../../src-renderer/contrast.ts';

test('black on white is 21 : 1, a colour on itself 1 : 1, whichever comes first', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
  expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 10);
  expect(contrast('#d55e00', '#d55e00')).toBe(1);
  // (1 + 0.05) / (L + 0.05) with L = ((0.5 + 0.055) / 1.055)^2.4 at 127.5 of 255: between those of 127 and 128.
  const half = 1.05 / (((0.5 + 0.055) / 1.055) ** 2.4 + 0.05);
  expect(contrast('#7f7f7f', '#ffffff')).toBeGreaterThan(half);
  expect(contrast('#808080', '#ffffff')).toBeLessThan(half);
});

test.each(methodIds)('%s is seen on both backgrounds: 3 : 1 on white, 4.5 : 1 on dark', (method) => {
  const { color } = lookOf(method);
  expect(contrast(onLight(color, '#ffffff'), '#ffffff')).toBeGreaterThanOrEqual(3);
  expect(contrast(onDark(color, '#141518'), '#141518')).toBeGreaterThanOrEqual(4.5);
});

test('a tint of paper stands as far back on dark, a line is as readable as any', () => {
  const dark = '#141518';
  for (const tint of ['#e6c3b0', '#bcd5e8'])
    expect(contrast(fromPaperToDark(tint, dark), dark)).toBeLessThanOrEqual(contrast(tint, '#ffffff'));
  expect(fromPaperToDark('#8c2d04', dark)).toBe(onDark('#8c2d04', dark));
});

test('a colour that is readable on dark stays as it is', () => {
  expect(onDark('#cc79a7', '#141518')).toBe('#cc79a7');
});
