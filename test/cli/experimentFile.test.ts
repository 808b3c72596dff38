import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readExperiment } from '../../src-main/cli/experimentFile.ts';
import { experimentOf, sam } from '../lab/fixtures/configs.ts';
import { openTestLab } from '../lab/fixtures/labs.ts';

const read = async (json: string) => {
  const { lab, folder } = await openTestLab();
  const file = join(folder, 'mine.json');
  await writeFile(file, json);
  return readExperiment(lab, { file, set: [], sweep: [] });
};
const experiment = experimentOf({ name: 'mine', arms: [sam] });
const json = JSON.stringify(experiment);
const rho = `"rho":${sam.rho}`;

test('an experiment is read by itself, in a preset, and with what is left of one', async () => {
  expect(await read(json)).toEqual(experiment);
  expect(await read(`{"id":"mine","title":"Mine","description":"All of it.","experiment":${json}}`)).toEqual(
    experiment,
  );
  expect(await read(`{"experiment":${json}}`)).toEqual(experiment);
});

test.for<[what: string, text: string, words: string | RegExp]>([
  // What it holds would be settings that nobody sees.
  ['__proto__', json.replace(rho, `${rho},"__proto__":{"adaptive":true}`), 'has a key “__proto__”'],
  ['__proto__, escaped', json.replace(rho, `${rho},"\\u005f_proto__":{"adaptive":true}`), 'has a key “__proto__”'],
  ['a key twice', json.replace(rho, `${rho},\n"rho":0.9`), /gives “rho” a second time at line 2, column 1\./],
  ['keys beside the experiment', `{"experiment":${json},"seeds":[1],"epochs":9}`, 'knows no “seeds” or “epochs”'],
  ['lists in lists', '['.repeat(100_000), 'is nested more than 50 levels deep at line 1, column 51.'],
  ['braces in braces', '{"experiment":'.repeat(10_000), 'is nested more than 50 levels deep'],
])('refused with words: %s', async ([, text, words]) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
  expect(String(error)).toMatch(words);
});

test('keys of one name in several braces are several keys', async () => {
  const two = { ...experiment, arms: [sam, { ...sam, rho: 2 * sam.rho }] };
  expect(await read(JSON.stringify(two))).toEqual(two);
});

test('--set, --epochs and --sweep are for all methods, whatever one of them, or an axis, has of its own', async () => {
  const { lab, folder } = await openTestLab();
  const file = join(folder, 'own.json');
  const longer = { ...sam, overrides: { epochs: 9, batchSize: 5 } };
  const axes = [{ path: 'dataset.labelNoise', values: [0, 0.1] }];
  await writeFile(file, JSON.stringify({ ...experiment, arms: [sam, longer], axes }));
  const changed = async (options: { set?: string[]; sweep?: string[]; epochs?: number }) => {
    const { shared, arms, axes: varied } = await readExperiment(lab, { file, set: [], sweep: [], ...options });
    return {
      epochs: shared.epochs,
      own: arms.map(({ overrides }) => overrides),
      varied: varied.map(({ path }) => path),
    };
  };
  const noise = ['dataset.labelNoise'];
  expect(await changed({})).toEqual({ epochs: 3, own: [undefined, longer.overrides], varied: noise });
  const five = { epochs: 5, own: [undefined, { batchSize: 5 }], varied: noise };
  expect(await changed({ set: ['epochs=5'] })).toEqual(five);
  expect(await changed({ epochs: 5 })).toEqual(five);
  expect(await changed({ sweep: ['epochs=1,2'] })).toEqual({ ...five, epochs: 3, varied: [...noise, 'epochs'] });
  expect(await changed({ set: ['labelNoise=0.2', 'batchSize=7', 'epochs=5'] })).toEqual({
    epochs: 5,
    own: [undefined, undefined],
    varied: [],
  });
});
