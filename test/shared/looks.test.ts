import { expect, test } from 'vitest';
import { methodIds } from '../../shared/method.ts';
import { lookOf } from '../../shared/methods/index.ts';

type Color = readonly [red: number, green: number, blue: number];
type Matrix = readonly [Color, Color, Color];

/** Linear light of each channel. @see IEC 61966-2-1 */
const linear = (hex: string): Color => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
};
const times = (matrix: Matrix, [red, green, blue]: Color): Color => {
  const row = ([r, g, b]: Color): number => r * red + g * green + b * blue;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

/** CIE L*a*b*, white D65. */
const perceived = (color: Color): Color => {
  const xyz: Matrix = [
    [0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505],
    [0.2126, 0.7152, 0.0722],
    [0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089],
  ];
  const root = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * Math.max(0, value) + 16 / 116);
  const [x, y, z] = times(xyz, color);
  return [116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))];
};

/** What who lacks one kind of cones sees. @see Machado, Oliveira and Fernandes 2009, table 1, severity 1 */
const sights: Readonly<Record<string, Matrix>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** A dash says what a colour says, so only methods that share one need colours that all tell apart: lines bear no marks. */
const pairs = methodIds.flatMap((one, index) =>
  methodIds
    .slice(index + 1)
    .filter((other) => lookOf(one).dash.join() === lookOf(other).dash.join())
    .map((other) => [one, other] as const),
);

test('methods that share a dash differ in lightness, for print', () => {
  for (const pair of pairs) {
    const [a = NaN, b = NaN] = pair.map((id) => perceived(linear(lookOf(id).color))[0]);
    expect(Math.abs(a - b), pair.join()).toBeGreaterThan(10);
  }
});

test.each(Object.entries(sights))('methods that share a dash differ in colour for who sees with %s', (_name, sight) => {
  for (const pair of pairs) {
    const [a, b] = pair.map((id) => perceived(times(sight, linear(lookOf(id).color))));
    if (a === undefined || b === undefined) throw new Error('two colours');
    expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), pair.join()).toBeGreaterThan(15);
  }
});

test('in points every method differs from every other in shape, or else in lines by its dash', () => {
  const looks = methodIds.map(lookOf);
  expect(new Set(looks.map(({ dash, shape }) => `${shape} ${dash.join()}`)).size).toBe(looks.length);
});
