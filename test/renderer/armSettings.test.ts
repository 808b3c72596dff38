import { expect, test } from 'vitest';
import { newArm } from '../../shared/methods/index.ts';
import { optimizerSchema } from '../../shared/runConfig.ts';
import { settingsOfArm } from '../../src-renderer/armSettings.ts';

test('n of every n-th step stands after that choice, and beside no other schedule unless it has to be corrected', () => {
  const timesOf = (change: object): string[] =>
    settingsOfArm({ ...optimizerSchema.parse(newArm('sam', null)), ...change }).times.map(({ path }) => path);
  const random = { when: { name: 'random', probability: 0.5 } };
  expect(timesOf({})).toEqual(['when.name', 'interval']);
  expect(timesOf(random)).toEqual(['when.name', 'when.probability']);
  expect(timesOf({ ...random, interval: 3 })).toEqual(['when.name', 'when.probability', 'interval']);
});
