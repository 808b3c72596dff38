import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analysisWork } from '../../../shared/analyses/index.ts';
import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import { expand } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { Figure } from '../../../shared/figures/figure.ts';
import { runConfigSchema } from '../../../shared/runConfig.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { speedBaseOf } from '../../../shared/speed.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { processor } from '../../../src-main/lab/processor.ts';
import { paperExperiments } from '../../../src-main/lab/studies/experiments.ts';
import { smallExperiment } from '../../../src-main/lab/studies/smallForm.ts';
import { readStudies, studyOf } from '../../../src-main/lab/studies/read.ts';
import { addExperiment, openWorkspace } from '../bundles/stores.ts';
import { labOptions, realTrainers } from '../fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded } from '../fixtures/labs.ts';
import { environmentOf, phaseMs } from '../fixtures/metrics.ts';

const folder = labOptions('').paperFolder;
const table3 = studyOf(folder, 'table-3');

test('every table, every figure, the grid search and another paper’s comparison is a study; those that train make valid runs', () => {
  const studies = readStudies(folder).found;
  expect(studies.map(({ id }) => id)).toEqual([
    ...Array.from({ length: 8 }, (_, index) => `table-${index + 1}`),
    ...Array.from({ length: 8 }, (_, index) => `figure-${index + 1}`),
    'grid-search',
    'becker-2024',
  ]);
  for (const study of studies) {
    // What cannot be run says so, or shows what the paper says.
    if (study.rows.length === 0) expect(study.missing ?? study.facts).not.toBeNull();
    for (const experiment of paperExperiments(study))
      expand(experiment).forEach((config) => runConfigSchema.parse(config));
  }
  const runsOf = (id: string): number => paperExperiments(studyOf(folder, id)).flatMap(expand).length;
  expect(runsOf('table-1')).toBe(3 * 2 * 3 * 3); // networks × sets × methods × seeds
  expect(runsOf('table-3')).toBe(2 * 2 * 5 * 3);
  expect(runsOf('figure-3')).toBe(4 * (3 + 7 + 7) * 3); // panels × (SGD, SAM, ESAM and two sweeps of seven) × seeds
  expect(runsOf('grid-search')).toBe(3 * 4 * 2 * 3); // methods × learning rates × weight decays × batch sizes
});

const mnist = {
  ...{ id: 'mnist', name: 'MNIST', kind: 'idx', storage: 'decoded', height: 28, width: 28, channels: 1 },
  ...{ trainCount: 60_000, testCount: 10_000 },
} as unknown as Parameters<typeof smallExperiment>[1]['dataset'];

test('the small form has as many epochs as fit into the hours, then fewer examples, then one seed, and is called what it is', () => {
  // A second per thousand images.
  const hoursOf = (experiment: Experiment): number =>
    expand(experiment).reduce(
      (sum, { epochs, dataset }) => sum + (epochs * (dataset.trainSubset ?? 60_000)) / 1000 / 3600,
      0,
    );
  const times = { hoursOf, analysisHoursOf: () => 0 };
  const small = (hours: number, study: Study = table3) =>
    smallExperiment(study, { dataset: mnist, model: 'resnet8', hours, engine: 'wasm' }, times);
  // 5 methods × 3 seeds × 60 s an epoch = ¼ h an epoch.
  expect(small(8).shared).toMatchObject({ epochs: 30, dataset: { id: 'mnist', trainSubset: null, testSubset: null } });
  expect(small(2.6).shared.epochs).toBe(10);
  const hour = small(1);
  expect(hour.shared).toMatchObject({ epochs: 5, model: { id: 'resnet8' }, dataset: { trainSubset: 30_000 } });
  expect(hour.name).toBe('Table 3, small form: ResNet-8 on MNIST, 5 epochs, 30000 examples');
  expect(hour.study).toEqual({ id: 'table-3', row: 0, form: 'small' });
  expect(hour.measureSpeed).toBe(true);
  expect(hoursOf(hour)).toBeLessThanOrEqual(1);
  // The paper's arms as they are.
  expect(hour.arms.map(({ weightDecay }) => weightDecay)).toEqual([5e-4, 1e-3, 1e-3, 1e-3, 1e-3]);
  // 15 runs of 5 × 1,200 images are 90 s; below that 5 runs, and below those nothing: 5 × 1,200 images are 47 steps.
  const least = small(91 / 3600);
  expect(least.shared.dataset).toMatchObject({ trainSubset: 1200, testSubset: 2000 });
  const one = small(80 / 3600);
  expect(one).toMatchObject({ seeds: [0], shared: { epochs: 5, dataset: { trainSubset: 3000, testSubset: 3000 } } });
  expect(one.name).toBe('Table 3, small form: ResNet-8 on MNIST, 5 epochs, 3000 examples, 1 of 3 seeds');
  expect(() => small(0.001)).toThrow(/smallest form, 5 runs of 5 epochs on 1200 images, takes about 0\.0083 h/);
  const untold = { hoursOf: () => null, analysisHoursOf: () => null };
  expect(() => smallExperiment(table3, { dataset: mnist, model: 'mlp', hours: 1, engine: 'wasm' }, untold)).toThrow(
    /self-test/,
  );
  // The paper's β and γ, where it gives nothing else.
  const [, , swp, sds, esam] = small(8, studyOf(folder, 'table-6')).arms;
  expect(swp).toMatchObject({ beta: 0.5, gamma: 1 });
  expect(sds).toMatchObject({ beta: 1, gamma: 0.7 });
  expect(esam).toMatchObject({ beta: 0.5, gamma: 0.7 });
  expect(() => small(1, studyOf(folder, 'table-7'))).toThrow(/trains nothing/);
});

test('the small form of a landscape has fewer places and images where its own would take more than half of the hours', () => {
  const figure4 = studyOf(folder, 'figure-4');
  // An hour for a million forward passes; training takes none.
  const times = {
    hoursOf: () => 0,
    analysisHoursOf: (_: Experiment, settings: AnalysisSettings) =>
      (analysisWork(settings).passes * settings.examples) / 1e6,
  };
  const analysisIn = (hours: number) =>
    smallExperiment(figure4, { dataset: mnist, model: 'convnet', hours, engine: 'wasm' }, times).study?.analysis;
  expect(analysisIn(6)).toMatchObject({ points: 51, examples: 1024 }); // 2.7 h
  expect(analysisIn(5)).toMatchObject({ points: 31, examples: 1024 }); // 1 h
  expect(analysisIn(1)).toMatchObject({ points: 31, examples: 512, directions: 'filter-normalised' });
  expect(analysisIn(0.1)).toMatchObject({ points: 15, examples: 256 }); // 0.06 h, more than half, but it fits
  expect(() => analysisIn(0.01)).toThrow(/takes about 0\.058 h/);
});

test('a study in its small form is trained, covered, compared and drawn, and never counts as the paper’s', async () => {
  const { lab } = await openTestLab();
  const [row] = paperExperiments(table3);
  if (row === undefined) throw new Error('Table 3 has rows');
  const shared = {
    ...row.shared,
    dataset: { ...row.shared.dataset, id: 'mnist', trainSubset: 100 },
    augmentation: { ...row.shared.augmentation, cropPadding: 0, flip: false },
    ...{ model: { id: 'mlp' as const }, epochs: 2, device: { ...row.shared.device, engine: 'wasm' as const } },
  };
  const study = { id: 'table-3', row: 0, form: 'small' as const };
  const { runIds } = await lab.enqueue({ ...row, name: 'Small', shared, study, seeds: [0, 1] });
  for (const id of runIds) await untilEnded(lab, id);
  const report = await lab.study({ id: 'table-3', form: 'small' });
  expect(report.label).toBe('Small');
  expect(report.coverage).toMatchObject({ cells: 5, cellsDone: 5, runs: 10, runsDone: 10, hoursLeft: 0 });
  const [sgd, sam] = report.cells;
  // The scripted trainer's best accuracy is 0.5 + seed/100: mean 50.5, sd 1/√2.
  expect(sgd?.ours.mean).toBeCloseTo(50.5, 8);
  expect(sgd?.ours.sd).toBeCloseTo(Math.SQRT1_2, 8);
  expect(sgd).toMatchObject({ n: 2, difference: null, isInside: null, paper: { accuracy: 95.41 } });
  expect(sgd?.runIds).toHaveLength(2);
  expect(sgd?.paperSpeedRatio).toBeCloseTo(3387 / 1717, 10);
  expect(sam).toMatchObject({ speedRatio: 1, againstSam: null });
  // Ours and the paper's of five methods.
  expect(report.figure?.panels[0]?.marks).toHaveLength(10);
  const drawn = await lab.exportStudy({ id: 'table-3', form: 'small', format: 'csv', column: 'single' });
  expect(drawn.fileName).toBe('table-3-small.csv');
  const asPaper = await lab.study({ id: 'table-3', form: 'paper' });
  expect(asPaper.coverage).toMatchObject({ cells: 20, runsDone: 0, runs: 60, hoursLeft: null });
  expect(asPaper.figure?.panels).toHaveLength(4);
  await expect(lab.study({ id: 'table-9', form: 'paper' })).rejects.toThrow(/There is no study "table-9"/);
  await expect(lab.exportStudy({ id: 'figure-4', form: 'paper', format: 'csv', column: 'single' })).rejects.toThrow(
    /cannot be drawn yet/,
  );
});

test('speeds that were measured together stand beside the runs’ own, and are drawn', async () => {
  const root = join(temporaryFolder(), 'workspace');
  const workspace = await openWorkspace(root);
  const [row] = paperExperiments(table3);
  if (row === undefined) throw new Error('Table 3 has rows');
  const arms = row.arms.filter(({ name }) => name !== 'esam');
  const dataset = { ...row.shared.dataset, id: 'mnist', identity: 'ab'.repeat(32) };
  const study = { id: 'table-3', row: 0, form: 'small' as const };
  const life = {
    epochs: 1,
    steps: 0,
    end: 'finished',
    accuracy: 0.5,
    loss: 1,
    isCheckpointed: false,
    isAnalysed: false,
  } as const;
  const experiment = { ...row, name: 'Small', shared: { ...row.shared, dataset, epochs: 1 }, study, arms, seeds: [0] };
  addExperiment(workspace, [life, life], experiment);
  const [config] = expand(experiment);
  if (config === undefined) throw new Error('it has runs');
  workspace.store.write.speedMeasurement({
    at: '2026-02-03T04:05:06.789Z',
    base: speedBaseOf(config),
    // SGD takes half of SAM's time in every round: 200 %, and nothing to doubt.
    arms: arms.map((optimizer) => ({
      ...{ optimizer, climbingShare: 1 },
      roundMs: Array<number>(9).fill(optimizer.name === 'sgd' ? 2 : 4),
      stepMs: 2,
      phaseMs,
    })),
    ...{ processes: 1, stepsPerRound: 1, endedBy: 'narrow', limitMs: 60_000, environment: environmentOf(processor()) },
  });
  workspace.store.close();
  const { lab } = await openTestLab(root);
  const { cells, figure } = await lab.study({ id: 'table-3', form: 'small' });
  const [sgd, sam] = cells;
  expect(sgd).toMatchObject({ speedRatio: 1, pairedSpeed: { ratio: 2, low: 2, high: 2 } });
  expect(sam).toMatchObject({ speedRatio: 1, pairedSpeed: null });
  expect(figure?.panels[0]?.x.label).toBe('training speed measured together, % of SAM');
  const marks = (figure?.panels[0]?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));
  expect(marks.filter(({ isHollow }) => !isHollow).map(({ items }) => items[0]?.x)).toEqual([200, 100]);
});

/** A workspace in which every run of a study's small form has finished, with accuracies of our choice. */
const finishedStudy = async (
  id: string,
  accuracyOf: (config: RunConfig) => number,
  hasDiverged = (_: RunConfig): boolean => false,
): Promise<Lab> => {
  const root = join(temporaryFolder(), 'workspace');
  const workspace = await openWorkspace(root);
  const [row] = paperExperiments(studyOf(folder, id));
  if (row === undefined) throw new Error(`${id} trains something`);
  const dataset = { ...row.shared.dataset, id: 'mnist', identity: 'ab'.repeat(32) };
  const experiment = {
    ...row,
    ...{ name: 'Small', shared: { ...row.shared, dataset, epochs: 1 }, study: { id, row: 0, form: 'small' as const } },
    seeds: [0],
  };
  const lives = expand(experiment).map((config) => ({
    ...(hasDiverged(config) ? { end: 'diverged' as const, loss: null } : { end: 'finished' as const, loss: 1 }),
    ...{ epochs: 1, steps: 0, accuracy: accuracyOf(config) },
    ...{ isCheckpointed: false, isAnalysed: false },
  }));
  addExperiment(workspace, lives, experiment);
  workspace.store.close();
  return (await openTestLab(root)).lab;
};
const seriesOf = (panel: Figure['panels'][number] | undefined) =>
  (panel?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));

test('Figure 3 draws a line through each sweep, and a point for each method beside them', async () => {
  const lab = await finishedStudy('figure-3', () => 0.5);
  const marks = seriesOf((await lab.study({ id: 'figure-3', form: 'small' })).figure?.panels[0]);
  const lines = marks.filter(({ dash }) => dash !== null);
  expect(lines.map(({ name, items }) => [name, items.length])).toEqual([
    ['β (γ = 1)', 7],
    ['γ (β = 1)', 7],
  ]);
  // Each point, each cell and each line of the data says which value of the sweep it has.
  const betas = ['0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9'];
  expect(lines.map(({ items }) => items.map(({ label }) => label))).toEqual([betas, betas]);
  const { cells } = await lab.study({ id: 'figure-3', form: 'small' });
  expect(cells.map(({ label }) => label)).toContain('ESAM-SDS (γ 0.3)');
  expect(new Set(cells.map(({ label }) => label)).size).toBe(17);
  const single = marks.filter(({ dash, isHollow }) => dash === null && !isHollow);
  expect(single.map(({ items }) => items[0]?.label)).toEqual(['SGD', 'SAM', 'ESAM']);
});

test('the grid search draws how much each setting matters, and names the best cell of each method', async () => {
  // SGD is best with η 0.1, λ 5e-4 and batches of 64; the others are the same everywhere.
  const lab = await finishedStudy('grid-search', ({ optimizer, batchSize }) => {
    if (optimizer.name !== 'sgd') return 0.5;
    return (
      0.4 + (optimizer.learningRate === 0.1 ? 0.2 : 0) + (optimizer.weightDecay === 5e-4 ? 0.1 : 0) + 1 / batchSize
    );
  });
  const { figure } = await lab.study({ id: 'grid-search', form: 'small' });
  expect(figure?.panels.map(({ x }) => x.categories)).toEqual([
    ['64', '128', '256'],
    ['0.01', '0.05', '0.1', '0.2'],
    ['0.0005', '0.001'],
  ]);
  const sgdOf = (panel: number) => seriesOf(figure?.panels[panel])[0]?.items.map(({ y }) => y);
  const sizes = [64, 128, 256].map((size) => 70 + 100 / size);
  sgdOf(0)?.forEach((y, index) => expect(y).toBeCloseTo(sizes[index] ?? NaN, 8));
  const rates = [0, 0, 20, 0].map((more) => 50 + more + 100 / 64);
  sgdOf(1)?.forEach((y, index) => expect(y).toBeCloseTo(rates[index] ?? NaN, 8));
  expect(seriesOf(figure?.panels[1]).map(({ items }) => items.length)).toEqual([4, 4, 4]);
  expect(figure?.caption).toContain('SGD (batch 64, η 0.1, λ 0.0005) 71.56 %');
});

test('a cell of the grid search is compared with the SAM of its own batch size, learning rate and weight decay', async () => {
  // SAM is better with larger batches; SGD lies between.
  const lab = await finishedStudy('grid-search', ({ optimizer, batchSize }) =>
    optimizer.name === 'sam' ? batchSize / 512 : 0.2,
  );
  const { cells } = await lab.study({ id: 'grid-search', form: 'small' });
  const sgd = cells.filter(({ method }) => method === 'sgd');
  expect(sgd).toHaveLength(24);
  for (const { axisValues, againstSam } of sgd)
    expect(againstSam).toBe(Number(axisValues['batchSize']) / 512 < 0.2 ? 'better' : 'worse');
  expect(cells.filter(({ method }) => method === 'sam').map(({ speedRatio }) => speedRatio)).toEqual(Array(24).fill(1));
});

test('a cell whose run diverged says so, and is not trained again', async () => {
  const lab = await finishedStudy(
    'grid-search',
    () => 0.5,
    ({ optimizer, batchSize }) => optimizer.name === 'esam' && optimizer.learningRate === 0.2 && batchSize === 64,
  );
  const { coverage, cells } = await lab.study({ id: 'grid-search', form: 'small' });
  // With either weight decay.
  expect(cells.filter(({ diverged }) => diverged === 1).map(({ label }) => label)).toEqual([
    'ESAM (batch 64, η 0.2, λ 0.0005)',
    'ESAM (batch 64, η 0.2, λ 0.001)',
  ]);
  expect(coverage).toMatchObject({ cells: 72, cellsDone: 72, runs: 72, runsDone: 72, hoursLeft: 0 });
});

test('what only the paper has measured is drawn hollow', async () => {
  const { lab } = await openTestLab();
  const table6 = await lab.study({ id: 'table-6', form: 'paper' });
  const marks = table6.figure?.panels[0]?.marks.flatMap((mark) => (mark.kind === 'series' ? [mark] : [])) ?? [];
  expect(marks.every(({ isHollow }) => isHollow)).toBe(true);
  // Images/s of the paper: SAM has 581, ESAM 734.
  expect(marks.map(({ items }) => items[0]?.x)).toEqual([1133, 581, 616, 693, 734].map((speed) => 100 * (speed / 581)));
  await expect(lab.studyExperiments({ id: 'table-6', small: null })).rejects.toThrow(/neither its learning rate/);
});

test('SWP’s overhead: measured here, beside the paper’s values, fitted and drawn; what is missing is told', async () => {
  const root = join(temporaryFolder(), 'workspace');
  const { lab: before } = await openTestLab(root);
  const small = { datasetId: 'mnist', model: 'deep-mlp', hours: 1, engine: 'wasm', width: 64 } as const;
  const wished = await before.studyExperiments({ id: 'table-4', small });
  expect(wished.map(({ shared }) => shared.model)).toEqual(
    [50, 75, 100, 125].map((layers) => ({ id: 'deep-mlp', layers, width: 64, wiring: 'serial' })),
  );
  const empty = await before.study({ id: 'table-4', form: 'small' });
  expect(empty.overhead).toMatchObject({ width: null, fit: null });
  expect(empty.coverage).toMatchObject({ cells: 20, cellsDone: 0, runs: 0 });
  await before.close();

  const workspace = await openWorkspace(root);
  // SAM takes 10 ms, SWP as long as k₁ = 0.3 and k₂ = 0.2 say; the third round is twice as slow for all.
  for (const experiment of wished.slice(0, 3)) {
    const [config] = expand(experiment);
    if (config?.model.id !== 'deep-mlp') throw new Error('a deep MLP was wished');
    const { layers } = config.model;
    const msOf = (optimizer: Experiment['arms'][number]): number => {
      if (optimizer.name !== 'esam') return 10;
      const { beta } = optimizer;
      return 10 * (1 - 0.3 * (1 - beta) - (0.2 * (1 - beta)) / (layers * beta));
    };
    workspace.store.write.speedMeasurement({
      at: '2026-02-03T04:05:06.789Z',
      base: speedBaseOf(config),
      arms: experiment.arms.map((optimizer) => {
        const ms = msOf(optimizer);
        return { optimizer, climbingShare: 1, roundMs: [ms, ms, 2 * ms, ms, ms], stepMs: ms, phaseMs };
      }),
      ...{
        processes: 1,
        stepsPerRound: 1,
        endedBy: 'narrow',
        limitMs: 60_000,
        environment: environmentOf(processor()),
      },
    });
  }
  // Measured later, and none of the table's: other batches, another depth, one β alone, another loss; their SWP lasts no time.
  const [first] = wished;
  const [config] = first === undefined ? [] : expand(first);
  if (first === undefined || config?.model.id !== 'deep-mlp') throw new Error('a deep MLP was wished');
  const armOf = (optimizer: Experiment['arms'][number], ms: number) => ({
    optimizer,
    climbingShare: 1,
    roundMs: [ms],
    stepMs: ms,
    phaseMs,
  });
  const strangers = [
    { base: { ...config, batchSize: config.batchSize + 1 }, methods: first.arms },
    { base: { ...config, model: { ...config.model, layers: 51 } }, methods: first.arms },
    { base: config, methods: first.arms.slice(0, 2) },
    { base: { ...config, model: { ...config.model, width: 65 }, labelSmoothing: 0.5 }, methods: first.arms },
  ];
  strangers.forEach(({ base, methods }, index) => {
    workspace.store.write.speedMeasurement({
      at: `2026-02-04T04:05:06.78${index}Z`,
      base: speedBaseOf(base),
      arms: methods.map((optimizer) => armOf(optimizer, optimizer.name === 'sam' ? 10 : 0.001)),
      ...{ processes: 1, stepsPerRound: 1, endedBy: 'narrow', limitMs: 60_000 },
      environment: environmentOf(processor()),
    });
  });
  workspace.store.close();

  const { lab } = await openTestLab(root);
  const { overhead, coverage, figure, label } = await lab.study({ id: 'table-4', form: 'small' });
  expect(label).toContain('64 units');
  expect(coverage).toMatchObject({ cells: 20, cellsDone: 15, hoursLeft: 1 / 60 });
  const cell = overhead?.cells.find(({ layers, beta }) => layers === 50 && beta === 0.1);
  // 0.3·0.9 + 0.2·0.9/5 = 0.306 in every round.
  expect(cell?.paper).toBe(0.3008);
  for (const value of [cell?.ours?.saved, cell?.ours?.low, cell?.ours?.high]) expect(value).toBeCloseTo(0.306, 12);
  expect(overhead?.fit?.k1).toBeCloseTo(0.3, 12);
  expect(overhead?.fit?.k2).toBeCloseTo(0.2, 12);
  expect(figure?.panels.map(({ title }) => title)).toEqual([
    'Paper: k₁ 0.319, k₂ 0.131, R² 0.9983',
    'Ours: k₁ 0.300, k₂ 0.200, R² 1.0000',
  ]);
  const [paper, ours] = (figure?.panels ?? []).map(({ marks }) =>
    marks.flatMap((mark) => (mark.kind === 'series' ? [mark] : [])),
  );
  expect(paper?.filter(({ isHollow }) => isHollow).map(({ name }) => name)).toEqual(
    [50, 75, 100, 125].map((layers) => `N = ${layers}`),
  );
  // The fit's line at β = 0.1 and N = 50: 0.3185·0.9 + 0.1310·0.9/5 = 31.02 %.
  expect(paper?.[0]?.items[0]?.y).toBeCloseTo(31.023, 3);
  expect(ours?.filter(({ name, isHollow }) => name !== '' && !isHollow).map(({ items }) => items.length)).toEqual([
    5, 5, 5,
  ]);
  // The paper's own networks have not been measured, and of the narrow ones only those of 125 layers are missing.
  const asPaper = await lab.study({ id: 'table-4', form: 'paper' });
  expect(asPaper.coverage.cellsDone).toBe(0);
  const left = await lab.studyExperiments({ id: 'table-4', small });
  expect(left.map(({ shared }) => shared.model)).toMatchObject([{ layers: 125 }]);
  const file = await lab.report({ about: { kind: 'study', id: 'table-4', form: 'small' }, format: 'html' });
  expect(Buffer.from(file.base64, 'base64').toString()).toMatch(/\[30\.60,\s30\.60\]/);
});

/** A lab that trains, and a study's first experiment on a few images of MNIST. */
const openSmall = async (id: string) => {
  const limits = { silenceMs: 60_000, stopMs: 30_000 };
  const { lab } = await openTestLab(undefined, { launcher: realTrainers, limits });
  const [wished] = await lab.studyExperiments({ id, small: null });
  if (wished === undefined) throw new Error(`${id} trains something`);
  const { shared } = wished;
  const small: Experiment = {
    ...wished,
    ...{ name: `${id} in small`, study: { id, row: 0, form: 'small' }, measureSpeed: false, seeds: [0] },
    shared: {
      ...shared,
      ...{ batchSize: 4, epochs: 2, model: { id: 'mlp' } },
      augmentation: { ...shared.augmentation, cropPadding: 0, flip: false },
      dataset: { ...shared.dataset, id: 'mnist', trainSubset: 20, testSubset: 10 },
      device: { ...shared.device, engine: 'wasm', threads: 1 },
    },
  };
  return { lab, small };
};

test('observed cosines are drawn together, and a run that was not observed does not stand for one that was', async () => {
  const { lab, small } = await openSmall('figure-6');
  const unobserved = { ...small, shared: { ...small.shared, observe: 0 } };
  const first = await lab.enqueue(unobserved);
  for (const id of first.runIds) await untilEnded(lab, id);
  const before = await lab.study({ id: 'figure-6', form: 'small' });
  expect(before.coverage).toMatchObject({ runs: 1, runsDone: 1 });
  expect((await lab.plan(unobserved)).map(({ finishedRunId }) => finishedRunId)).toEqual(first.runIds);
  expect((await lab.plan(small)).map(({ finishedRunId }) => finishedRunId)).toEqual([null]);

  const { runIds } = await lab.enqueue(small);
  for (const id of runIds) await untilEnded(lab, id);
  const { coverage, figure } = await lab.study({ id: 'figure-6', form: 'small' });
  expect(coverage).toMatchObject({ runs: 1, runsDone: 1 });
  expect(figure?.panels).toHaveLength(1);
  expect(figure?.panels[0]?.y.label).toBe('cosine');
  const lines = (figure?.panels[0]?.marks ?? []).flatMap((mark) => (mark.kind === 'series' ? [mark] : []));
  expect(lines.map(({ items }) => items.length)).toEqual([2, 2, 2]);
  // Both are one group: whether gradients were observed changes no weight.
  expect(new Set((await lab.runs({ experimentId: null })).map(({ groupHash }) => groupHash)).size).toBe(1);
});

test('a figure of analyses tells which checkpoints are missing, and draws those that are there', async () => {
  const { lab, small } = await openSmall('figure-2');
  const { runIds } = await lab.enqueue({ ...small, arms: small.arms.slice(0, 2) });
  for (const id of runIds) await untilEnded(lab, id);
  const before = await lab.study({ id: 'figure-2', form: 'small' });
  expect(before).toMatchObject({ figure: null, analyses: { done: 0, missingRunIds: runIds } });
  const { settings } = before.analyses ?? {};
  // As the item asks for it: this small form says nothing else.
  expect(before.study.drawing).toMatchObject({ kind: 'analyses', settings });
  if (settings === undefined) throw new Error('Figure 2 draws analyses');
  const { ids } = await lab.analyse({ runIds, settings });
  for (const id of ids) {
    await expect.poll(async () => (await lab.analysis({ id })).analysis.state, { timeout: 60_000 }).toBe('finished');
  }
  const after = await lab.study({ id: 'figure-2', form: 'small' });
  expect(after.analyses).toEqual({ settings, done: 2, missingRunIds: [] });
  expect(after.figure).toMatchObject({ id: 'figure-2-small' });
  // The same seed trained again, for another item that observes it, takes nothing from this one.
  const { study: _, ...alone } = small;
  const again = await lab.enqueue({
    ...{ ...alone, arms: small.arms.slice(1, 2), skipFinished: false },
    shared: { ...small.shared, observe: 1 },
  });
  for (const id of again.runIds) expect((await untilEnded(lab, id)).state).toBe('finished');
  expect((await lab.study({ id: 'figure-2', form: 'small' })).analyses).toEqual(after.analyses);
  expect(after.figure?.panels.map(({ title }) => title.split(',')[0])).toEqual(['SGD', 'SAM']);
  const { fileName } = await lab.exportStudy({ id: 'figure-2', form: 'small', format: 'pdf', column: 'double' });
  expect(fileName).toBe('figure-2-small.pdf');
});
