import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import { expand } from '../../../shared/experiment.ts';
import type { EpochMetrics } from '../../../shared/metrics.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import { median } from '../../../src-main/lab/statistics/moments.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { openStoreToRead } from '../../../src-main/lab/store/openToRead.ts';
import { storeReader } from '../../../src-main/lab/store/reader.ts';
import { storeWriter } from '../../../src-main/lab/store/writer.ts';
import { experimentOf, sam, sgd } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { environmentOf, epochOf, stepOf } from '../fixtures/metrics.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** Epochs that climb and such that do not have a median each, and count by their images. */
const rateOf = (epochs: readonly EpochMetrics[]): number | null => {
  const kinds = [true, false].flatMap((climbs) => {
    const kind = epochs.filter((each) => each.stepsPerturbed > 0 === climbs && each.imagesPerSecond !== null);
    const rate = median(kind.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []));
    return rate === null ? [] : [{ rate, images: kind.reduce((sum, { images }) => sum + images, 0) }];
  });
  const [first, second] = kinds;
  if (first === undefined || second === undefined) return first?.rate ?? null;
  return (first.images + second.images) / (second.images / second.rate + first.images / first.rate);
};

/** The row as it follows from the epochs: written anew in TypeScript, from the definitions. */
const summaryOf = (runId: number, epochs: readonly EpochMetrics[]) => {
  const [last, best] = [epochs.at(-1), epochs.toSorted((a, b) => b.testAccuracy - a.testAccuracy)[0]];
  const numbers = (of: (epoch: EpochMetrics) => number | null) => epochs.map(of).filter((value) => value !== null);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    run_id: runId,
    epoch: last?.epoch,
    epochs_done: epochs.length,
    best_test_accuracy: best?.testAccuracy,
    best_epoch: best?.epoch,
    last_test_accuracy: last?.testAccuracy,
    images_per_second: rateOf(epochs),
    epoch_ms: median(numbers(({ trainMs }) => trainMs)),
    evaluation_ms: median(numbers(({ evaluationMs }) => evaluationMs)),
    train_ms: sum(numbers(({ trainMs }) => trainMs)),
    images: sum(numbers(({ images }) => images)),
    active_ms: last?.activeMs,
    peak_step_bytes: numbers(({ peakStepBytes }) => peakStepBytes).reduce<number | null>(
      (most, bytes) => Math.max(most ?? 0, bytes),
      null,
    ),
  };
};

/** Every summary in the store against its run's epochs. */
const expectSummaries = (folder: string, store: Store): void => {
  const database = new Sqlite(join(folder, 'lab.db'), { readonly: true });
  const found = database.prepare('SELECT * FROM run_summary ORDER BY run_id').all();
  const ids = database.prepare<[], number>('SELECT id FROM run ORDER BY id').pluck().all();
  database.close();
  const withEpochs = ids.map((id) => [id, store.read.epochs(id)] as const).filter(([, { length }]) => length > 0);
  expect(found).toEqual(withEpochs.map(([id, epochs]) => summaryOf(id, epochs)));
};

// Quarters and whole numbers: sums and medians are exact.
const quarter = fc.integer({ min: 0, max: 4 }).map((value) => value / 4);
const measuredEpoch = fc.record({
  testAccuracy: quarter,
  imagesPerSecond: fc.option(fc.integer({ min: 1, max: 900 }), { nil: null }),
  trainMs: fc.integer({ min: 1, max: 9000 }),
  evaluationMs: fc.integer({ min: 1, max: 900 }),
  images: fc.integer({ min: 1, max: 900 }),
  stepsPerturbed: fc.integer({ min: 0, max: 1 }),
  peakStepBytes: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: null }),
});
const run = fc.integer({ min: 0, max: 2 });
const change = fc.oneof(
  fc.record({ kind: fc.constant('epoch' as const), run, metrics: measuredEpoch }),
  fc.record({
    kind: fc.constant('again' as const),
    run,
    metrics: measuredEpoch,
    back: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ kind: fc.constant('extend' as const), run }),
  fc.record({ kind: fc.constant('delete' as const), run }),
);

test('the summary of a run is what its epochs say after any writes, resumes, extensions and deletions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
      const folder = temporaryFolder();
      const store = await openStore(folder, migrationsFolder);
      const experiment = experimentOf({ seeds: [0, 1, 2] });
      let { runIds } = store.write.addExperiment(experiment, expand(experiment));
      for (const each of changes) {
        const id = runIds[each.run];
        if (id === undefined) continue;
        const done = store.read.epochs(id).length;
        if (each.kind === 'epoch') store.write.epoch(id, epochOf(done + 1, each.metrics), false);
        if (each.kind === 'again')
          store.write.epoch(id, epochOf(Math.max(1, done - each.back), each.metrics), false, true);
        if (each.kind === 'extend') {
          const [config] = expand(experiment);
          if (config) store.write.addExtension(experiment, config, id, () => []);
        }
        if (each.kind === 'delete') {
          store.write.cancel([id]);
          store.write.setDeleted([id], true);
          store.write.removeDeleted([id]);
          runIds = runIds.filter((other) => other !== id);
        }
      }
      expectSummaries(folder, store);
      store.close();
    }),
    { numRuns: 25 },
  );
});

test('a database of the version before gets the summaries of the runs it has', async () => {
  const folder = temporaryFolder();
  const former = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ seeds: [0, 1, 2] });
  former.write.addExperiment(experiment, expand(experiment));
  [0.25, 0.75, 0.5].forEach((testAccuracy, index) =>
    former.write.epoch(1, epochOf(index + 1, { testAccuracy, imagesPerSecond: index === 0 ? null : 100 }), false),
  );
  former.write.epoch(3, epochOf(1), false);
  former.close();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(
    'ALTER TABLE self_test RENAME TO device_probe; DROP INDEX self_test_by_machine; CREATE INDEX device_probe_by_machine ON device_probe (cpu_model, cpu_cores, engine, precision); DROP TABLE arriving; ALTER TABLE run DROP COLUMN doubt; ALTER TABLE run DROP COLUMN others_busy_cores; DROP TABLE run_view; DROP TABLE cluster_job; DROP TABLE setting; ALTER TABLE run DROP COLUMN wanted_place; ALTER TABLE run DROP COLUMN place; DROP TABLE annotation; DROP TABLE speed_origin; DROP TABLE trained_in; DROP TABLE run_origin; DROP TABLE experiment_origin; DROP TABLE origin; DROP TABLE lab_identity; DROP TABLE speed_measurement; DROP TABLE analysis_row; DROP TABLE analysis; DROP TABLE checksum; DROP TABLE run_summary; DROP INDEX run_by_queue; DROP INDEX run_in_trash; DROP INDEX run_running; CREATE INDEX run_by_state ON run (state); PRAGMA user_version = 5',
  );
  database.close();

  const store = await openStore(folder, migrationsFolder);
  expectSummaries(folder, store);
  expect(store.read.runs.all().map(({ epochsDone, bestEpoch }) => [epochsDone, bestEpoch])).toEqual([
    [3, 2],
    [0, null],
    [1, 1],
  ]);
  store.close();
});

test('an unfinished run knows the time of its sampled steps, a finished one that of its last epoch', async () => {
  const store = await openStore(temporaryFolder(), migrationsFolder);
  const experiment = experimentOf({ seeds: [0] });
  store.write.addExperiment(experiment, expand(experiment));
  store.write.start(1);
  store.write.epoch(1, epochOf(1, { activeMs: 1000 }), false);
  store.write.steps(1, [{ metrics: stepOf(20, { activeMs: 1500 }), nonFinite: false }]);
  expect(store.read.runs.one(1)?.activeMs).toBe(1500);
  store.write.epoch(1, epochOf(2, { activeMs: 2000 }), false);
  store.write.end(1, 'finished', null);
  expect(store.read.runs.one(1)?.activeMs).toBe(2000);
  store.close();
});

/** Those that answer with every run, experiment or checkpoint there is, and may look at all of them. */
const lists = [
  /^SELECT id FROM run WHERE deleted = 0 AND experiment_id NOT IN .* ORDER BY id$/,
  /^SELECT group_hash FROM run WHERE deleted = 0 AND experiment_id NOT IN .* GROUP BY group_hash/,
  /^SELECT group_hash FROM run WHERE deleted = 0 AND experiment_id NOT IN .* ORDER BY id DESC$/, // from its end, as far as groups are asked for
  /FROM experiment WHERE id NOT IN .* ORDER BY id DESC$/,
  /^SELECT EXISTS \(SELECT 1 FROM run\)$/,
  /^SELECT count\(DISTINCT run_id\) .* FROM checkpoint$/,
  /^SELECT id, best_epoch .* WHERE state = 'finished' AND deleted = 0 AND EXISTS/,
];

test('no statement but the lists looks at rows that it does not need', async () => {
  const folder = temporaryFolder();
  (await openStore(folder, migrationsFolder)).close();
  const database = new Sqlite(join(folder, 'lab.db'));
  const prepared = new Set<string>();
  const listening = new Proxy(database, {
    get: (target, name) => {
      if (name === 'prepare')
        return (sql: string) => {
          prepared.add(sql);
          return target.prepare(sql);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  storeReader(listening);
  storeWriter(listening);
  expect(prepared.size).toBeGreaterThan(40);
  const scans = [...prepared].flatMap((sql) => {
    const text = sql.replaceAll(/\s+/g, ' ').trim();
    if (text.includes('pragma_table_info') || lists.some((list) => list.test(text))) return [];
    return database
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${text.replaceAll(/\?|@\w+/g, '1')}`)
      .all()
      .map(({ detail }) => detail)
      .filter((detail) =>
        /^SCAN (run|epoch|step|phase_time|log_line|checkpoint|environment|run_summary)\b/.test(detail),
      )
      .filter((detail) => !/run_by_queue|run_in_trash|run_running/.test(detail))
      .map((detail) => `${detail}: ${text}`);
  });
  database.close();
  expect(scans).toEqual([]);
});

test('a run that was read is read anew after whatever it is made of was written', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  const { read, write } = store;
  const experiment = experimentOf();
  write.addExperiment(experiment, expand(experiment));
  const [fileName, submission] = ['epoch-0001-step-00000010.ckpt', newSubmission('/nowhere')];
  const checkpoint = { fileName, epoch: 1, epochStep: 0, step: 10, sizeBytes: 7, sha256: '0'.repeat(64) };
  const writes: (() => unknown)[] = [
    () => write.start(1),
    () => write.steps(1, [{ metrics: stepOf(1), nonFinite: false }]),
    () => write.beginsIn(1, { epoch: 0, step: 0, environment: environmentOf() }),
    () => write.epoch(1, epochOf(1), false),
    () => write.beginsIn(1, { epoch: 1, step: 10, environment: environmentOf({ threads: 1 }) }),
    () => write.checkpoint(1, checkpoint),
    () => write.dropCheckpoints(1, [fileName]),
    () => write.judge(1, { kind: 'chance', sinceEpoch: 1 }, null),
    () => write.requestStop(1, 'after-epoch'),
    () => write.end(1, 'interrupted', 'It was so.'),
    () => write.resume([1], 'slurm'),
    () => write.jobs.submit('slurm', submission, [1]),
    () => write.jobs.named(submission, '7'),
    () => write.jobs.seen([{ runId: 1, state: 'PENDING', reason: 'Priority', node: null }]),
    () => write.jobs.over([1]),
  ];
  const told = ({ runs }: typeof read) => [runs.one(1), runs.ofGroups(runs.groupHashes())];
  for (const [index, change] of writes.entries()) {
    const before = told(read);
    change();
    const looker = await openStoreToRead(folder, migrationsFolder, new LabError('WORKSPACE_BUSY', 'Only looked at.'));
    const [found, right] = [told(read), told(looker.read)]; // who has just opened it knows nothing of before
    looker.close();
    expect(found, `write ${index}`).toEqual(right);
    expect(found, `write ${index}`).not.toEqual(before);
  }
});

test('of runs of several groups the newest that finished on a machine are told, so many', async () => {
  const store = await openStore(temporaryFolder(), migrationsFolder);
  const machine = { cpuModel: 'this one', cpuCores: 2 };
  const experiment = experimentOf({ arms: [sgd, sam], seeds: [1, 2, 3] });
  const { runIds } = store.write.addExperiment(experiment, expand(experiment));
  for (const id of runIds) {
    store.write.start(id);
    store.write.environment(id, environmentOf(id === 5 ? { ...machine, cpuModel: 'another' } : machine));
    store.write.epoch(id, epochOf(1, { trainMs: 1000 * id }), false);
    store.write.end(id, id === 4 ? 'stopped' : 'finished', null);
  }
  const hashes = store.read.runs.groupHashes();
  const told = (some: readonly string[], most: number): number[] =>
    store.read.runs.newestTimes(some, machine, most).map(({ trainMs }) => trainMs);
  // Seeds outside, arms inside: SGD has the odd numbers.
  expect([told(hashes, 2), told(hashes, 9), told(hashes.slice(0, 1), 9)]).toEqual([
    [6000, 3000],
    [6000, 3000, 2000, 1000],
    [3000, 1000],
  ]);
  store.close();
});
