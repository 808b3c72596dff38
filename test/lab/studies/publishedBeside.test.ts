import { expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import { publishedBeside } from '../../../src-main/lab/studies/publishedBeside.ts';
import { readStudies, studyOf } from '../../../src-main/lab/studies/read.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';
import { labOptions } from '../fixtures/labOptions.ts';

const folder = labOptions('').paperFolder;
const studies = readStudies(folder).found;
const [row] = studyOf(folder, 'table-1').rows;
if (row === undefined) throw new Error('Table 1 trains nothing.');
const [sgd, sam, esam] = row.arms.map(({ optimizer }): GroupConfig => ({ ...row.shared, optimizer }));
if (sgd === undefined || sam === undefined || esam === undefined) throw new Error('Table 1 has three methods.');

const tableOf = (groups: readonly (readonly [config: GroupConfig, imagesPerSecond: number])[]) =>
  resultsTable(
    groups.map(([config, imagesPerSecond]) =>
      groupOf(config.optimizer, [runOf(0, [0.5], { imagesPerSecond })], config),
    ),
    everyGroup,
  );

test('the paper’s values stand at its speeds relative to SAM, beside groups of its network and data only', () => {
  const points = publishedBeside(
    studies,
    tableOf([
      [sam, 100],
      [esam, 150],
    ]),
  );
  // Table 1, ResNet-18 on CIFAR-10: SAM 96.52 % at 1,717 images/s, ESAM 96.56 % at 2,409. SGD is not compared.
  expect(points.map(({ method, accuracy, item }) => [method, accuracy, item])).toEqual([
    ['sam', 96.52, 'Table 1'],
    ['esam', 96.56, 'Table 1'],
  ]);
  expect(points.map(({ imagesPerSecond }) => imagesPerSecond)).toEqual([100, (100 * 2409) / 1717]);
  expect(points.map(({ differences }) => differences)).toEqual([[], []]);
  const elsewhere = (config: GroupConfig): GroupConfig => ({ ...config, dataset: { ...config.dataset, id: 'mnist' } });
  expect(publishedBeside(studies, tableOf([[elsewhere(sam), 100]]))).toEqual([]);
  expect(publishedBeside(studies, tableOf([[{ ...sam, model: { id: 'resnet8' } }, 100]]))).toEqual([]);
  // Without SAM there is nothing to place them by.
  expect(publishedBeside(studies, tableOf([[sgd, 100]]))).toEqual([]);
});

test('groups that were trained otherwise than in the paper say in what, but not on which engine', () => {
  const short = { ...sam, epochs: 5, device: { ...sam.device, engine: 'wasm' as const }, logEvery: 50 };
  const [point] = publishedBeside(studies, tableOf([[short, 100]]));
  expect(point?.differences).toEqual(['epochs']);
  // Where one group of the method is as in the paper, that is the one it stands beside.
  const [same] = publishedBeside(
    studies,
    tableOf([
      [short, 100],
      [sam, 120],
    ]),
  );
  expect(same?.differences).toEqual([]);
});

test('where another publication trained as a group here was, its values stand beside it, at its own speed relative to its SAM', () => {
  const [theirs] = studyOf(folder, 'becker-2024').rows;
  const table1 = studyOf(folder, 'table-1').rows.find(
    ({ shared }) => shared.model.id === 'wrn28x10' && shared.dataset.id === 'cifar100',
  );
  if (theirs === undefined || table1 === undefined) throw new Error('Both trained WRN-28-10 on CIFAR-100.');
  const groupsOf = ({ shared, arms }: typeof theirs, ids: readonly string[]) =>
    arms
      .filter(({ label, optimizer }) => label === null && ids.includes(optimizer.name))
      .map(({ optimizer }, index): [GroupConfig, number] => [{ ...shared, optimizer }, 100 + index]);
  const told = (row: typeof theirs, ids: readonly string[]) =>
    publishedBeside(studies, tableOf(groupsOf(row, ids))).map(
      ({ method, source, accuracy, speedRatio, differences }) => [
        ...[method, source, accuracy, Number(speedRatio.toFixed(3)), differences],
      ],
    );
  // Table 1 of Becker et al.: SAM 84.16 % at 0.52 of SGD's speed, ESAM 82.71 at 0.62, MSAM 83.21 at 0.99; SAM-ON without a speed.
  expect(told(theirs, ['sam', 'esam', 'momentum-sam', 'sam-on'])).toEqual([
    ['sam', 'Becker et al. 2024', 84.16, 1, []],
    ['esam', 'Becker et al. 2024', 82.71, Number((0.62 / 0.52).toFixed(3)), []],
    ['momentum-sam', 'Becker et al. 2024', 83.21, Number((0.99 / 0.52).toFixed(3)), []],
  ]);
  // What was trained as in Table 1 stands beside its values: SAM 83.30 % and ESAM 84.51 % there.
  const ours = told(table1, ['sam', 'esam']);
  expect(ours.map(([method, source, , , differences]) => [method, source, differences])).toEqual([
    ['sam', 'paper', []],
    ['esam', 'paper', []],
  ]);
});
