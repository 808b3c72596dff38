import { fork } from 'node:child_process';
import fs, {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { CheckpointFile, RunId } from '../../shared/run.ts';
import type { Experiment } from '../../shared/experiment.ts';
import { keptCheckpoints } from '../../src-main/lab/keptCheckpoints.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { openWorkspace } from './bundles/stores.ts';
import { folderWith, smallIdx } from './datasets/fixtures.ts';
import { esam, experimentOf, sam, shared } from './fixtures/configs.ts';
import { realTrainers } from './fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded, untilRun } from './fixtures/labs.ts';

/** A checkpoint before every step, and time to write it before a stop. */
const options = { launcher: realTrainers, checkpointEveryMs: 0, limits: { silenceMs: 60_000, stopMs: 30_000 } };

const experiment = (changes: Partial<Experiment['shared']> = {}): Experiment =>
  experimentOf({
    arms: [esam],
    shared: {
      ...shared,
      dataset: { id: 'small', trainSubset: null, testSubset: null, labelNoise: 0, identity: null },
      batchSize: 2,
      logEvery: 1,
      ...changes,
    },
  });

/** A lab with the data set "small". */
const openWithSmall = async () => {
  const opened = await openTestLab(undefined, options);
  const images = await folderWith(smallIdx());
  opened.lab.grantPaths([images]);
  await opened.lab.importDataset({ kind: 'auto', paths: [images], name: 'small', onDamaged: 'refuse' });
  return opened;
};

const enqueue = async (lab: Lab, wanted: Experiment): Promise<RunId> => {
  const { runIds } = await lab.enqueue(wanted);
  return runIds[0] ?? 0;
};

/** What a run is judged by: its metrics without times. */
const judged = async (lab: Lab, runId: RunId) => {
  const { epochs, steps } = await lab.run({ runId });
  const timeless = (metrics: object): object =>
    Object.fromEntries(Object.entries(metrics).filter(([key]) => !/Ms$|PerSecond$/.test(key)));
  return { epochs: epochs.map(timeless), steps: steps.map(timeless) };
};

const filesOf = (folder: string, runId: RunId): string[] => readdirSync(join(folder, 'checkpoints', String(runId)));
/** The store's rows and the folder's files, but for those that were set aside, are the same. */
const keptFiles = async (lab: Lab, folder: string, runId: RunId): Promise<string[]> => {
  const names = (await lab.run({ runId })).checkpoints.map(({ fileName }) => fileName);
  const found = filesOf(folder, runId).filter((name) => !name.includes('.aside-'));
  expect(found.sort()).toEqual(names.toSorted());
  return names;
};

test('a run that was cut short goes on as the same run, and ends as if it never had been', async () => {
  const epochs = 30; // as many as a busy machine does not train between a look at a run and its stop
  const { lab, folder } = await openWithSmall();
  const whole = await enqueue(lab, experiment({ epochs }));
  await untilEnded(lab, whole);
  const id = await enqueue(lab, experiment({ epochs }));
  await untilRun(lab, id, ({ epochsDone }) => epochsDone >= 2);
  await lab.close();

  const { lab: second } = await openTestLab(folder, options);
  const cut = (await second.run({ runId: id })).run;
  expect(cut).toMatchObject({ state: 'interrupted', endedAt: expect.any(String) as string });
  expect(cut.checkpointBytes).toBeGreaterThan(0);
  expect(cut.epochsDone).toBeLessThan(epochs);
  await second.resumeRuns({ runIds: [id] });
  await untilRun(second, id, ({ epochsDone }) => epochsDone > cut.epochsDone);
  await second.stopRun({ runId: id, when: 'now' });
  expect((await untilEnded(second, id)).state).toBe('stopped');
  // The newest is damaged meanwhile; what a kill left unfinished lies beside it.
  const [newest = '', before = ''] = await keptFiles(second, folder, id);
  const path = join(folder, 'checkpoints', String(id), newest);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
  writeFileSync(path, bytes);
  writeFileSync(`${path}.1.part`, bytes.subarray(0, 100));
  await second.resumeRuns({ runIds: [id] });

  expect(await untilEnded(second, id)).toMatchObject({
    state: 'finished',
    epochsDone: epochs,
    startedAt: cut.startedAt,
  });
  expect(await judged(second, id)).toEqual(await judged(second, whole));
  const log = (await second.run({ runId: id })).log.map(({ text }) => text).join('\n');
  expect(log).toContain(
    `The checkpoint ${newest} is damaged: its SHA-256 does not fit its content. The one before it is used.`,
  );
  expect(log).toContain(`from the checkpoint ${before}.`);
  // Of a checkpoint a step are left: the last two, and the best epoch's.
  const { run, checkpoints } = await second.run({ runId: id });
  const [last, beforeLast, ...best] = checkpoints.map(({ epoch, epochStep }) => ({ epoch, epochStep }));
  expect([last, beforeLast?.epoch]).toEqual([{ epoch: epochs, epochStep: 0 }, epochs - 1]);
  expect(best).toEqual((run.bestEpoch ?? 0) < epochs ? [{ epoch: run.bestEpoch, epochStep: 0 }] : []);
  await keptFiles(second, folder, id);
  await expect(second.resumeRuns({ runIds: [id] })).rejects.toMatchObject({ code: 'RUN_STATE' });
});

test('after kill -9 of the lab the notice offers to resume, and the run goes on', async () => {
  const { lab, folder } = await openWithSmall();
  await lab.close();
  const child = fork(fileURLToPath(new URL('./fixtures/checkpointingLab.ts', import.meta.url)), [folder], {
    execArgv: [],
  });
  await new Promise((resolve) => child.on('message', (epoch) => epoch === 2 && resolve(null)));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const { lab: again } = await openTestLab(folder, options);
  const { startNotices } = await again.workspace({});
  expect(startNotices).toEqual([
    expect.stringMatching(/^Run 1 .* was interrupted\. .* "Resume" goes on after .*epoch \d+\.$/),
  ]);
  await again.resumeRuns({ runIds: [1] });
  expect(await untilEnded(again, 1)).toMatchObject({ state: 'finished', epochsDone: 20 });
  const whole = await enqueue(again, experiment({ epochs: 20 }));
  await untilEnded(again, whole);
  expect(await judged(again, 1)).toEqual(await judged(again, whole));
});

test('a finished run is extended to what more epochs would have given, where the schedule lets it', async () => {
  const { lab, folder } = await openWithSmall();
  const short = await enqueue(lab, experiment({ epochs: 2 }));
  await untilEnded(lab, short);
  const labels = join(folder, 'datasets/small/train-labels.u8');
  renameSync(labels, `${labels}.away`);
  await expect(lab.extendRun({ runId: short, epochs: 4 })).rejects.toThrow(/train-labels\.u8 is missing/);
  renameSync(`${labels}.away`, labels);
  const { runId: extended, experimentId } = await lab.extendRun({ runId: short, epochs: 4 });
  expect(await untilEnded(lab, extended)).toMatchObject({
    ...{ state: 'finished', epochsDone: 4, experimentId, experimentName: 'Test, 4 epochs' },
  });
  const whole = await enqueue(lab, experiment({ epochs: 4 }));
  await untilEnded(lab, whole);
  expect(await judged(lab, extended)).toEqual(await judged(lab, whole));
  expect((await lab.run({ runId: short })).run).toMatchObject({ state: 'finished', epochsDone: 2 });

  // An epoch that an extended run has to train again, for its checkpoint is damaged, takes the place of the former one.
  const [newest = ''] = await keptFiles(lab, folder, short);
  writeFileSync(join(folder, 'checkpoints', String(short), newest), 'damaged');
  const { runId: again } = await lab.extendRun({ runId: short, epochs: 4 });
  expect((await untilEnded(lab, again)).state).toBe('finished');
  expect(await judged(lab, again)).toEqual(await judged(lab, whole));

  await expect(lab.extendRun({ runId: short, epochs: 2 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const falling = await enqueue(lab, experiment({ epochs: 1, schedule: { name: 'cosine' } }));
  await untilEnded(lab, falling);
  await expect(lab.extendRun({ runId: falling, epochs: 2 })).rejects.toThrow(
    /cosine schedule depends on the number of epochs, so with 2 of them its 1 epoch would/,
  );
  // A constant rate, but the last half of two epochs climbs: of four, the second would not have.
  const late = await enqueue(lab, {
    ...experiment({ epochs: 2 }),
    arms: [{ ...sam, when: { name: 'late', share: 0.5 } }],
  });
  await untilEnded(lab, late);
  await expect(lab.extendRun({ runId: late, epochs: 4 })).rejects.toThrow(
    `Run ${late} cannot be extended: which of its steps climb depends on the number of epochs`,
  );

  // The extended run's files are its own: they stay when the first run goes for good.
  await lab.deleteRuns({ runIds: [short], deleted: true });
  await expect(lab.resumeRuns({ runIds: [short] })).rejects.toMatchObject({ code: 'RUN_STATE' });
  expect(filesOf(folder, short)).not.toEqual([]);
  const [trashed] = await lab.trash({});
  expect(trashed?.checkpointBytes).toBeGreaterThan(0);
  expect(await lab.emptyTrash({})).toEqual({ runCount: 1, checkpointBytes: trashed?.checkpointBytes, stays: null });
  expect(await lab.trash({})).toEqual([]);
  expect(readdirSync(join(folder, 'checkpoints'))).not.toContain(String(short));
  await expect(lab.run({ runId: short })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await keptFiles(lab, folder, extended);
});

test('what the store does not know is not deleted: it is set aside where a trainer would write over it', async () => {
  const { lab, folder } = await openWithSmall();
  const id = await enqueue(lab, experiment({ epochs: 1 }));
  await untilEnded(lab, id);
  const kept = await keptFiles(lab, folder, id);
  await lab.close();
  const untold = join(folder, 'checkpoints', String(id), 'epoch-0009-step-00000099.ckpt');
  writeFileSync(untold, 'never told');
  writeFileSync(`${untold}.77.part`, 'cut short');
  for (const name of ['2', '99', 'notes']) {
    mkdirSync(join(folder, 'checkpoints', name));
    writeFileSync(join(folder, 'checkpoints', name, 'epoch-0001-step-00000003.ckpt'), `of ${name}`);
  }
  const { lab: again } = await openTestLab(folder, options);
  const names = (): string[] => filesOf(folder, id).sort();
  expect(names()).toEqual([...kept, basename(untold), `${basename(untold)}.77.part`].sort());
  expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual([String(id), '2', '99', 'notes'].sort());

  // Run 2 is new to the store, as after going back to a backup: the former run 2's checkpoint stays beside the new one's.
  const next = await enqueue(again, experiment({ epochs: 1 }));
  expect(next).toBe(2);
  await untilEnded(again, next);
  const aside = filesOf(folder, next).filter((name) => name.includes('.aside-'));
  expect(aside.map((name) => readFileSync(join(folder, 'checkpoints', '2', name), 'utf8'))).toEqual(['of 2']);
});

test('nothing behind a link is deleted, whatever it is called', async () => {
  const { lab, folder } = await openWithSmall();
  const id = await enqueue(lab, experiment({ epochs: 1 }));
  await untilEnded(lab, id);
  await lab.close();
  const elsewhere = temporaryFolder();
  const theirs = 'epoch-0001-step-00000001.ckpt';
  for (const name of ['99', String(id)]) {
    mkdirSync(join(elsewhere, name));
    for (const file of ['thesis.tex', theirs, `${theirs}.1.part`]) writeFileSync(join(elsewhere, name, file), 'theirs');
  }
  const everything = (): string[] => readdirSync(elsewhere, { recursive: true }).map(String).sort();
  const before = everything();
  // One run's folder as a link, then all of them.
  renameSync(join(folder, 'checkpoints', String(id)), join(folder, 'former'));
  symlinkSync(join(elsewhere, String(id)), join(folder, 'checkpoints', String(id)));
  symlinkSync(join(elsewhere, '99'), join(folder, 'checkpoints', '99'));
  const second = (await openTestLab(folder, options)).lab;
  await second.deleteRuns({ runIds: [id], deleted: true });
  await second.emptyTrash({});
  await second.close();
  renameSync(join(folder, 'checkpoints'), join(folder, 'formerly'));
  symlinkSync(elsewhere, join(folder, 'checkpoints'));
  const third = (await openTestLab(folder, options)).lab;
  await third.close();
  expect(everything()).toEqual(before);
});

test('a checkpoint that cannot be read now is not given up: the run waits for it, and begins nowhere else', async () => {
  const { lab, folder } = await openWithSmall();
  const id = await enqueue(lab, experiment({ epochs: 30 }));
  await untilRun(lab, id, ({ epochsDone }) => epochsDone >= 2);
  await lab.stopRun({ runId: id, when: 'now' });
  await untilEnded(lab, id);
  const files = await keptFiles(lab, folder, id);
  const contents = (): Buffer[] => files.map((name) => readFileSync(join(folder, 'checkpoints', String(id), name)));
  const before = contents();
  const done = (await lab.run({ runId: id })).run.epochsDone;

  // A folder in the newest one's place cannot be read, by whomever.
  const newest = join(folder, 'checkpoints', String(id), files[0] ?? '');
  renameSync(newest, join(folder, 'elsewhere'));
  mkdirSync(newest);
  await lab.resumeRuns({ runIds: [id] });
  const failed = await untilEnded(lab, id);
  expect(failed).toMatchObject({ state: 'failed', epochsDone: done });
  expect(failed.reason).toMatch(/cannot be read now \(epoch-.* is a folder, not a file\)/);
  rmSync(newest, { recursive: true });
  renameSync(join(folder, 'elsewhere'), newest);
  expect(contents()).toEqual(before);
  await lab.resumeRuns({ runIds: [id] });
  await untilRun(lab, id, ({ epochsDone }) => epochsDone > done);
});

type Call = (...inputs: unknown[]) => unknown;
/** Until this test is over, Node's function of files does this instead. */
const replaceInNode = (
  name: 'lstatSync' | 'linkSync' | 'copyFileSync',
  replacement: (original: Call) => Call,
): void => {
  const table = fs as unknown as Record<string, Call>;
  const original = table[name];
  if (original === undefined) throw new Error(`Node has no ${name}.`);
  const put = (call: Call): void => {
    table[name] = call;
    syncBuiltinESMExports();
  };
  put(replacement(original));
  onTestFinished(() => put(original));
};

test.each([
  { when: 'before it is looked at', before: 'lstatSync' },
  { when: 'before it is linked', before: 'linkSync' },
  { when: 'before it is copied, where no link can be', before: 'copyFileSync', hasNoLinks: true },
] as const)(
  'a checkpoint that its job drops just then, $when, was not there: nothing else is held up',
  async ({ before, ...others }) => {
    const [folder, job] = [temporaryFolder(), temporaryFolder()];
    const { checkpoints, store } = await openWorkspace(folder);
    onTestFinished(() => store.close());
    const file: CheckpointFile = {
      fileName: 'epoch-0001-step-00000002.ckpt',
      ...{ epoch: 1, epochStep: 0, step: 2, sizeBytes: 3, sha256: '0'.repeat(64) },
    };
    const path = join(job, file.fileName);
    const unlinked = (): never => {
      throw Object.assign(new Error('EXDEV: another file system'), { code: 'EXDEV' });
    };
    if ('hasNoLinks' in others) replaceInNode('linkSync', () => unlinked);
    const write = (): void => writeFileSync(path, 'abc');
    write();
    expect(checkpoints.adopt(1, job, file)).toBe(true);
    rmSync(join(checkpoints.pathOf(1, file.fileName)));
    write();
    let drops = 0;
    replaceInNode(before, (original) => (...inputs: unknown[]) => {
      if (inputs[0] === path && ++drops === 1) unlinkSync(path);
      return original(...inputs);
    });
    expect(checkpoints.adopt(1, job, file)).toBe(false);
    expect(filesOf(folder, 1)).toEqual([]);
    write();
    expect(checkpoints.adopt(1, job, file)).toBe(true);
    expect(filesOf(folder, 1)).toEqual([file.fileName]);
    expect(drops).toBe(2);
  },
);

test('kept are the last two, the best and every 50th epoch', () => {
  const at = (epoch: number, epochStep = 0): CheckpointFile => ({
    ...{
      fileName: `epoch-${epoch}-step-${epoch * 10 + epochStep}.ckpt`,
      epoch,
      epochStep,
      step: epoch * 10 + epochStep,
    },
    ...{ sizeBytes: 1, sha256: '0'.repeat(64) },
  });
  const all = [at(120, 4), at(120), at(119), at(100, 3), at(100), at(73), at(50), at(49), at(0, 5)];
  const epochs = (bestEpoch: number | null) =>
    keptCheckpoints(all, bestEpoch).map(({ epoch, epochStep }) => [epoch, epochStep]);
  const always = [
    [120, 4],
    [120, 0],
    [100, 0],
    [50, 0],
  ];
  expect(epochs(null)).toEqual(always);
  expect(epochs(73)).toEqual([...always.slice(0, 3), [73, 0], [50, 0]]);
});

test('what finished runs keep is a setting of the workspace: it prunes what finishes, and on request what has finished', async () => {
  const { lab, folder } = await openWithSmall();
  const first = await enqueue(lab, experiment({ epochs: 4 }));
  await untilEnded(lab, first);
  const { run, checkpoints } = await lab.run({ runId: first });
  const best = run.bestEpoch ?? 0;
  const sizes = new Map(checkpoints.map(({ fileName, sizeBytes }) => [fileName, sizeBytes]));
  const sizeOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const before = await keptFiles(lab, folder, first);
  expect(await lab.checkpointUse({})).toEqual({
    ...{ keep: 'all', runCount: 1, fileCount: before.length, sizeBytes: sizeOf(before) },
    prunable: { runCount: 0, fileCount: 0, sizeBytes: 0 },
  });

  // The setting alone removes nothing; what is asked for is what is removed, and what is not ours stays.
  await lab.keepCheckpoints({ keep: 'last' });
  const foreign = join(folder, 'checkpoints', String(first), 'notes.txt');
  writeFileSync(foreign, 'mine');
  const [newest = '', ...others] = before;
  const beyond = { fileCount: others.length, sizeBytes: sizeOf(others) };
  expect(others.length).toBeGreaterThan(0);
  expect((await lab.checkpointUse({})).prunable).toEqual({ runCount: 1, ...beyond });
  expect(await lab.pruneCheckpoints({})).toEqual(beyond);
  expect(filesOf(folder, first).sort()).toEqual([newest, basename(foreign)].sort());
  expect((await lab.run({ runId: first })).checkpoints.map(({ fileName }) => fileName)).toEqual([newest]);
  // The last one is enough to go on from.
  const { runId: extended } = await lab.extendRun({ runId: first, epochs: 6 });
  await untilEnded(lab, extended);
  expect((await keptFiles(lab, folder, extended)).length).toBe(1); // pruned as it finished
  await lab.close();

  const { lab: again } = await openTestLab(folder, options);
  expect((await again.checkpointUse({})).keep).toBe('last');
  await again.keepCheckpoints({ keep: 'best-and-last' });
  const next = await enqueue(again, experiment({ epochs: 4 }));
  await untilEnded(again, next);
  const kept = (await again.run({ runId: next })).checkpoints.map(({ epoch }) => epoch);
  expect(kept).toEqual(best < 4 ? [4, best] : [4]); // the same run, so the same best epoch
  await again.keepCheckpoints({ keep: 'none' });
  await again.pruneCheckpoints({});
  expect(await again.checkpointUse({})).toMatchObject({ runCount: 0, fileCount: 0, sizeBytes: 0 });
  await expect(again.extendRun({ runId: next, epochs: 6 })).rejects.toThrow(/no checkpoint of its last epoch/);
});
