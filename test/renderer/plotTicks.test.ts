import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plotTicks } from '../../src-renderer/charts/plotTicks.ts';

test('an axis has at least four ticks, each another text, whatever it shows and however short it is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e5, max: 1e5, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e5, noNaN: true }),
      fc.integer({ min: 60, max: 1600 }),
      (min, span, length) => {
        const texts = plotTicks(min, min + span, length, 80).map(({ text }) => text);
        expect(texts.length).toBeGreaterThanOrEqual(4);
        expect(new Set(texts).size).toBe(texts.length);
      },
    ),
  );
});

test('counted axes have whole numbers only', () => {
  for (const most of [1, 2, 3, 8, 30, 200])
    for (const { at } of plotTicks(0.9, most + 0.1, 400, 60, true)) expect(Number.isInteger(at)).toBe(true);
});
