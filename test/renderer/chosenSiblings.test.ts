import { expect, test } from 'vitest';
import { runConfigSchema, type RunConfig } from '../../shared/runConfig.ts';
import { chosenSiblings, mostBands } from '../../src-renderer/charts/chosenSiblings.ts';
import { esam, sam, sgd, shared } from '../lab/fixtures/configs.ts';

const withOptimizer = (optimizer: object): RunConfig => runConfigSchema.parse({ ...shared, seed: 0, optimizer });
const base = withOptimizer(esam);
const withEsam = (changes: object): RunConfig => withOptimizer({ ...esam, ...changes });

// One of SGD and of SAM, and ESAM that differs from the run in nothing, in one, two, … settings.
const groups = {
  own: { method: 'esam', config: base },
  three: { method: 'esam', config: withEsam({ beta: 0.3, gamma: 0.3, rho: 0.3 }) },
  one: { method: 'esam', config: withEsam({ beta: 0.3 }) },
  two: { method: 'esam', config: withEsam({ beta: 0.3, gamma: 0.3 }) },
  four: { method: 'esam', config: withEsam({ beta: 0.3, gamma: 0.3, rho: 0.3, learningRate: 0.3 }) },
  sgd: { method: 'sgd', config: withOptimizer(sgd) },
  sam: { method: 'sam', config: withOptimizer(sam) },
} as const;
const curves = Object.entries(groups).map(([groupHash, { method }]) => ({ groupHash, method }));
const configs = new Map(Object.entries(groups).map(([hash, { config }]) => [hash, config]));
const run = { groupHash: 'own', config: base };

test('beside a run stand its own seeds, the closest of every method, then what differs from it in the fewest settings', () => {
  expect(chosenSiblings('none', curves, run, configs)).toEqual(new Set());
  expect(chosenSiblings('seeds', curves, run, configs)).toEqual(new Set(['own']));
  expect(chosenSiblings('all', curves, run, configs)).toEqual(new Set(Object.keys(groups)));
  expect(mostBands).toBe(5);
  expect(chosenSiblings('few', curves, run, configs)).toEqual(new Set(['own', 'one', 'sgd', 'sam', 'two']));
  // Where all are few, nothing is left out.
  expect(chosenSiblings('few', curves.slice(0, 5), run, configs).size).toBe(5);
});
