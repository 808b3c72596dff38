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
