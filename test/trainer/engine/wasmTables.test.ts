import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as families from '../../../src-main/trainer/engine/wasm/kernels/families.ts';
import { BinaryAxis } from '../../../src-main/trainer/engine/wasm/kernels/elementwise/table.ts';
import { AveragePool } from '../../../src-main/trainer/engine/wasm/kernels/poolings/table.ts';
import { argumentCount } from '../../../src-main/trainer/engine/wasm/kernels/layout.ts';
import { type ArgumentsOf, entryOf, putInPlace } from '../../../src-main/trainer/engine/wasm/kernelTable.ts';

const folder = new URL('../../../src-main/trainer/engine/wasm/kernels/', import.meta.url);
const { numbersOfFamily, ...firstNumbers } = families;

/** What each class of the families' tables names, with what it inherits. */
const tables = async (): Promise<{ family: string; name: string; places: Map<string, number> }[]> => {
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const each = found.map(async ({ name: family }) => {
    const table = (await import(new URL(`${family}/table.ts`, folder).href)) as Record<string, object>;
    return Object.entries(table).map(([name, names]) => {
      const places = new Map<string, number>();
      for (const key in names) places.set(key, Number(Reflect.get(names, key)));
      return { family, name, places };
    });
  });
  return (await Promise.all(each)).flat();
};

test('each kernel has a number of its own, among those of its family', async () => {
  const kernels = (await tables()).filter(({ places }) => places.has('kernel'));
  expect(new Set(kernels.map(({ places }) => places.get('kernel'))).size).toBe(kernels.length);
  expect(Object.keys(firstNumbers).sort()).toEqual([...new Set(kernels.map(({ family }) => family))].sort());
  for (const { family, places } of kernels) {
    const first = Object.entries(firstNumbers).find(([name]) => name === family)?.[1] ?? NaN;
    expect(Math.floor((places.get('kernel') ?? NaN) / numbersOfFamily) * numbersOfFamily).toBe(first);
  }
});

test('the arguments of a kernel stand side by side, a list last, and there is room for them', async () => {
  for (const { name, places } of await tables()) {
    const own = [...places].filter(([argument]) => argument !== 'kernel' && argument !== 'words');
    const order = own.map(([, place]) => place).sort((a, b) => a - b);
    expect(order, name).toEqual(order.map((_, index) => index));
    expect(order.length, name).toBeLessThan(argumentCount);
    if (places.has('list')) expect(places.get('list'), name).toBe(order.length - 1);
    if (places.has('words')) expect(places.get('words'), name).toBe(order.length);
  }
});

test('an argument that is missing or misspelt does not compile, and has no place', () => {
  const geometry = {
    height: 4,
    width: 4,
    channels: 1,
    outputHeight: 2,
    outputWidth: 2,
    size: 2,
    stride: 2,
    padding: 0,
  };
  const given = (values: ArgumentsOf<typeof AveragePool>): number => Object.keys(values).length;
  expect(given({ ...geometry, to: 0, x: 0 })).toBe(10);
  // @ts-expect-error -- x is missing
  given({ ...geometry, to: 0 });
  // @ts-expect-error -- y is no argument
  given({ ...geometry, to: 0, x: 0, y: 0 });
  expect(() => {
    putInPlace(AveragePool, { y: 0 }, () => undefined);
  }).toThrow('no place for y');
  expect(entryOf(BinaryAxis, { bStride: 7, side: 3, aStride: 5 })).toEqual([3, 5, 7]);
});
