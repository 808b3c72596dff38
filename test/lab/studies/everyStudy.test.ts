import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { openLab } from '../../../src-main/lab/service.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { paperExperiments } from '../../../src-main/lab/studies/experiments.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import { readStudies } from '../../../src-main/lab/studies/read.ts';
import { labOptions, realTrainers } from '../fixtures/labOptions.ts';
import { untilEnded } from '../fixtures/labs.ts';
import { resultsText } from '../../paper/resultsText.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-lab-studies-'));
let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ ...labOptions(folder), launcher: realTrainers });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A study's design really trained, as small as it goes: one epoch, one seed, the first value of every axis. */
const tiny = (design: Experiment): Experiment => ({
  ...design,
  name: `${design.name}, tiny`,
  shared: {
    ...design.shared,
    dataset: { ...design.shared.dataset, id: 'mnist', trainSubset: 20, testSubset: 20 },
    augmentation: { ...design.shared.augmentation, cropMinScale: null, cropPadding: 0, flip: false, resolution: null },
    // SAM-ON needs normalisations.
    model: { id: design.arms.some(({ name }) => name === 'sam-on') ? 'convnet' : 'mlp' },
    ...{ batchSize: 10, epochs: 1, schedule: { name: 'constant' } },
    device: { ...design.shared.device, engine: 'wasm', threads: 1 },
  },
  axes: design.axes.map((axis) => ({ ...axis, values: axis.path === 'batchSize' ? [10] : axis.values.slice(0, 1) })),
  ...{ seeds: [0], skipFinished: true, measureSpeed: false },
  ...(design.study !== undefined && { study: { ...design.study, form: 'small' } }),
});

const studies = readStudies(labOptions('').paperFolder).found.filter(({ rows }) => rows.length > 0);
const trained = studies.filter((study) => !isMeasured(study));

const told = { left: [], made: 'Written by hand.', runs: [] };

test.each(trained.map((study) => [study.id, study] as const))(
  '%s is trained in a tiny form, told and drawn',
  { timeout: 600_000 },
  async (id, study) => {
    const [design] = paperExperiments(study);
    if (design === undefined) throw new Error('it has rows');
    const experiment = tiny(design);
    // What an earlier study has trained is not trained again, and counts.
    const { experimentId, runIds } = await lab.enqueue(experiment);
    for (const runId of runIds) expect((await untilEnded(lab, runId)).state).toBe('finished');
    expect(await lab.enqueue(experiment)).toEqual({ experimentId, runIds: [] });
    const report = await lab.study({ id, form: 'small' });
    expect(report.coverage.cellsDone).toBe(expandGroups(experiment).length);
    const text = resultsText([report], told);
    for (const { label } of report.cells) expect(text).toContain(`| ${label} |`);
    const isDrawn = ['speed-accuracy', 'curves', 'quantities', 'sensitivity'].includes(study.drawing.kind);
    if (!isDrawn) return;
    for (const format of ['svg', 'pdf'] as const) {
      const file = await lab.exportStudy({ id, form: 'small', format, column: 'double' });
      expect(Buffer.from(file.base64, 'base64').length).toBeGreaterThan(1000);
    }
  },
);

test.each(studies.filter(isMeasured).map(({ id }) => id))(
  '%s is measured on tiny networks, fitted, told and drawn',
  { timeout: 600_000 },
  async (id) => {
    const small = { datasetId: 'mnist', model: 'deep-mlp', hours: 1, engine: 'wasm', width: 4 } as const;
    const wished = await lab.studyExperiments({ id, small });
    for (const experiment of wished) await lab.measureSpeed({ experiment, limitMs: 1000 });
    const report = await lab.study({ id, form: 'small' });
    expect(report.coverage).toMatchObject({ cells: 20, cellsDone: 20, hoursLeft: 0 });
    expect(report.overhead?.fit).not.toBeNull();
    expect(resultsText([report], told)).toMatch(/\| 50 \| 0\.1 \| [-\d.]+ \[[-\d.]+, [-\d.]+\] \| \d/);
    const file = await lab.exportStudy({ id, form: 'small', format: 'pdf', column: 'double' });
    expect(Buffer.from(file.base64, 'base64').length).toBeGreaterThan(1000);
  },
);
