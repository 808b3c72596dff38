import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isOwnDisk, thisProcess } from '../../src-main/files/machine.ts';
import { clearUnfinished } from '../../src-main/files/unfinished.ts';
import { writeWhole } from '../../src-main/files/writeWhole.ts';
import { addExperiment, openWorkspace } from '../lab/bundles/stores.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { openTestLab, temporaryFolder } from '../lab/fixtures/labs.ts';
import { cli, startCli } from '../cli/spawnCli.ts';
import { until } from '../processes/states.ts';

vi.spyOn(console, 'error').mockReturnValue();
afterEach(() => void vi.unstubAllEnvs());

const unfinishedIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

/** Folders of a test: the user's own state, and where exports go. */
const places = () => {
  const folder = temporaryFolder();
  const [state, target, workspace] = ['state', 'target', 'workspace'].map((name) => join(folder, name));
  if (state === undefined || target === undefined || workspace === undefined) throw new Error('three were named');
  mkdirSync(target);
  vi.stubEnv('XDG_STATE_HOME', state);
  return { folder, target, workspace, records: join(state, 'esam-lab', 'unfinished') };
};

/** A workspace with a run whose checkpoint takes a while to copy. */
const withLargeCheckpoint = async (folder: string): Promise<void> => {
  const life = { epochs: 1, steps: 1, end: 'finished', accuracy: 0.5, loss: 0.5, isCheckpointed: false } as const;
  const workspace = await openWorkspace(folder);
  addExperiment(workspace, [{ ...life, isAnalysed: false }]);
  const fileName = 'epoch-0001-step-00000010.ckpt';
  const content = Buffer.alloc(100_000_000);
  const digest = createHash('sha256').update(content).digest();
  mkdirSync(join(folder, 'checkpoints', '1'), { recursive: true });
  writeFileSync(join(folder, 'checkpoints', '1', fileName), Buffer.concat([content, digest]));
  const place = { epoch: 1, epochStep: 0, step: 10, sizeBytes: content.length + digest.length };
  workspace.store.write.checkpoint(1, { fileName, ...place, sha256: digest.toString('hex') });
  workspace.store.close();
};

test('an export that kill -9 cut short is cleared away by the next export, wherever that goes, and nothing else is', async () => {
  const { folder, target, workspace, records } = places();
  await withLargeCheckpoint(workspace);
  const file = join(target, 'Runs.esamlab');
  writeFileSync(file, 'the bundle of before');
  const theirs = `thesis.tex.${crypto.randomUUID()}.part`; // as ours are called, and not ours
  writeFileSync(join(target, theirs), 'theirs');

  const { child, ended } = startCli(workspace, ['bundle', 'export', file, '--checkpoints']);
  await until(() => unfinishedIn(target).length > 1);
  child.kill('SIGKILL');
  await ended;
  expect(unfinishedIn(target)).toHaveLength(2);
  expect(readFileSync(file, 'utf8')).toBe('the bundle of before');

  const table = join(folder, 'results.csv');
  expect((await cli(workspace, ['export', '--format', 'csv', '--output', table])).code).toBe(0);
  expect(existsSync(table)).toBe(true);
  expect(unfinishedIn(target)).toEqual([theirs]);
  expect(readdirSync(records)).toEqual([]);
});

/** A process that does this and is killed. */
const killed = async (script: string, environment: Record<string, string> = {}): Promise<void> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect([signal, said]).toEqual(['SIGKILL', '']);
};
const source = (path: string): string => JSON.stringify(new URL(`../../src-main/${path}`, import.meta.url).href);

test.each([
  ['after a checkpoint was placed and before its row', '', 1],
  [
    'in the middle of a checkpoint’s copy, where there are no links',
    `fs.linkSync = () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }); };
     fs.copyFileSync = (_, target) => { fs.writeFileSync(target, 'half'); process.kill(process.pid, 'SIGKILL'); };
     syncBuiltinESMExports();`,
    0,
  ],
])('what a process killed %s has left is cleared at the next start, and nothing else', async (_, faults, trashed) => {
  const { folder, workspace } = places();
  const to = await openWorkspace(workspace);
  addExperiment(to, [
    { epochs: 1, steps: 1, end: 'finished', accuracy: 0.5, loss: 0.5, isCheckpointed: true, isAnalysed: false },
  ]);
  const [known] = to.store.read.checkpoints(1);
  to.store.close();
  const fileName = 'epoch-0001-step-00000010.ckpt';
  const content = Buffer.alloc(1000, 7);
  const digest = createHash('sha256').update(content).digest();
  writeFileSync(join(folder, fileName), Buffer.concat([content, digest]));
  // What no store knows and nobody placed, as after going back to a backup; one even where a note says so, with other bytes.
  const theirs = [`7/notes.txt`, `7/epoch-0002-step-00000020.ckpt`, `8/${fileName}`];
  for (const name of theirs) {
    mkdirSync(join(workspace, 'checkpoints', name, '..'), { recursive: true });
    writeFileSync(join(workspace, 'checkpoints', name), 'theirs');
  }
  const note = (runId: number, name = fileName): string =>
    `${JSON.stringify({ runId, fileName: name, sha256: digest.toString('hex') })}\n`;
  writeFileSync(join(workspace, '.placing-0a1b2c3d.jsonl'), `${note(8)}${note(1, known?.fileName)}{"runId":7,`);

  await killed(`import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; import { join } from 'node:path';
    const { placing } = await import(${source('lab/placing.ts')});
    ${faults}
    const newPathOf = (runId, name) => join(${JSON.stringify(workspace)}, 'checkpoints', String(runId), name);
    placing(${JSON.stringify(workspace)}, newPathOf, (place) => {
      place(${JSON.stringify(join(folder, fileName))}, 7, { fileName: '${fileName}', sha256: '${digest.toString('hex')}' });
      process.kill(process.pid, 'SIGKILL');
    });`);
  const left = readdirSync(join(workspace, 'checkpoints', '7')).filter((name) => name.startsWith(fileName));
  expect(left).toHaveLength(1);

  await openTestLab(workspace);
  const files = readdirSync(join(workspace, 'checkpoints'), { recursive: true }).map(String);
  expect(files.filter((name) => name.includes('/')).sort()).toEqual([`1/${known?.fileName ?? ''}`, ...theirs].sort());
  const trash = join(workspace, 'trash');
  const inTrash = existsSync(trash)
    ? readdirSync(trash, { recursive: true }).filter((name) => String(name).endsWith('.ckpt'))
    : [];
  expect(inTrash).toHaveLength(trashed);
  expect(readdirSync(workspace).filter((name) => name.startsWith('.placing'))).toEqual([]);
});

test('the copy that a killed process looked at is cleared away, and a folder of that name is not', async () => {
  const { folder, workspace } = places();
  (await openWorkspace(workspace)).store.close();
  const temporary = join(folder, 'temporary');
  mkdirSync(join(temporary, 'esam-lab-look-theirs'), { recursive: true });
  writeFileSync(join(temporary, 'esam-lab-look-theirs', 'lab.db'), 'theirs');
  await killed(
    `const { openStoreToRead } = await import(${source('lab/store/openToRead.ts')});
     await openStoreToRead(${JSON.stringify(workspace)}, ${JSON.stringify(migrationsFolder)}, new Error('only looked at'));
     process.kill(process.pid, 'SIGKILL');`,
    { TMPDIR: temporary },
  );
  expect(readdirSync(temporary)).toHaveLength(2);
  clearUnfinished();
  expect(readdirSync(temporary)).toEqual(['esam-lab-look-theirs']);
});

/** A process that is writing a file, until it is killed. */
const writing = async (file: string, folder: string) => {
  const module = new URL('../../src-main/files/writeWhole.ts', import.meta.url).href;
  const script = `import { Readable } from 'node:stream'; import { streamWhole } from '${module}';
    setInterval(() => {}, 1000);
    await streamWhole(${JSON.stringify(file)}, new Readable({ read() { this.sent ||= this.push('half') || true; } }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  await until(() => unfinishedIn(folder).length > 0);
  const [name = ''] = unfinishedIn(folder);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return { name, kill: () => (child.kill('SIGKILL'), gone) };
};

test('what a process is writing stays while it lives, and goes at the next start once it was killed', async () => {
  const { folder, target, records } = places();
  const { name, kill } = await writing(join(target, 'report.pdf'), target);
  await writeWhole(join(folder, 'other.csv'), 'other');
  expect(unfinishedIn(target)).toEqual([name]);
  expect(readdirSync(records)).toHaveLength(1);
  await kill();
  await openTestLab();
  expect(readdirSync(target)).toEqual([]);
  expect(readdirSync(records)).toEqual([]);
});

test('a link that took the place of an unfinished file is left alone, and a disk that is away is waited for', async () => {
  const { folder, target, records } = places();
  const { name, kill } = await writing(join(target, 'report.pdf'), target);
  await kill();
  const thesis = join(folder, 'thesis.pdf');
  writeFileSync(thesis, 'theirs');
  rmSync(join(target, name));
  symlinkSync(thesis, join(target, name));
  clearUnfinished();
  expect(readFileSync(thesis, 'utf8')).toBe('theirs');
  expect(unfinishedIn(target)).toEqual([name]);

  rmSync(join(target, name));
  writeFileSync(join(target, name), 'half');
  renameSync(target, `${target}-away`);
  clearUnfinished();
  expect(readdirSync(records)).toHaveLength(1);
  renameSync(`${target}-away`, target);
  clearUnfinished();
  expect([readdirSync(target), readdirSync(records)]).toEqual([[], []]);
});

test('a note that names something else, is torn, or is of another machine, removes nothing before its time', () => {
  const { target, records } = places();
  mkdirSync(records, { recursive: true });
  const unfinished = join(target, `report.pdf.${crypto.randomUUID()}.part`);
  for (const name of ['thesis.tex', 'x.part']) writeFileSync(join(target, name), 'theirs');
  writeFileSync(unfinished, 'half');
  const note = (content: string): void => writeFileSync(join(records, `${crypto.randomUUID()}.json`), content);
  const at = new Date().toISOString();
  const gone = { kind: 'unfinishedText', pid: 4_000_000, startedAt: null, at };
  // Machines that share this folder may be made from one image: the same name, and the same number of the first namespace of processes.
  const namespace = readlinkSync('/proc/self/ns/pid');
  const whole = JSON.stringify({ ...gone, path: unfinished, machine: `${crypto.randomUUID()} ${namespace}` });
  note(whole);
  note(JSON.stringify({ ...gone, path: unfinished, machine: `${hostname()} ${namespace}` }));
  for (const content of [
    JSON.stringify({ ...gone, path: join(target, 'thesis.tex'), machine: hostname() }),
    JSON.stringify({ ...gone, path: join(target, 'x.part'), machine: hostname() }),
    whole.slice(0, 40),
  ])
    note(content);
  clearUnfinished();
  expect(readdirSync(target)).toHaveLength(3);
  expect(readdirSync(records)).toHaveLength(5);

  clearUnfinished(Date.now() + 25 * 3_600_000);
  expect(readdirSync(target).sort()).toEqual(['thesis.tex', 'x.part']);
  expect(readdirSync(records)).toEqual([]);
});

test.runIf(thisProcess().computer !== null)(
  'what was being written when the computer was started anew goes at the next start, where its note is surely its own',
  () => {
    const { target, records } = places();
    mkdirSync(records, { recursive: true });
    const [, namespace] = thisProcess().machine.split(' ');
    const before = { ...thisProcess(), machine: `${crypto.randomUUID()} ${namespace ?? ''}` };
    /** A note of such a process, whose number is that of one that runs now. */
    const left = (changes: object): string => {
      const name = `report.pdf.${crypto.randomUUID()}.part`;
      const path = join(target, name);
      writeFileSync(path, 'half');
      const note = { kind: 'unfinishedText', path, ...before, at: new Date().toISOString(), ...changes };
      writeFileSync(join(records, `${crypto.randomUUID()}.json`), JSON.stringify(note));
      return name;
    };
    const ours = left({});
    const stay = [
      left({ computer: 'f'.repeat(32) }), // another one's, with which this folder is shared
      left({ computer: null }), // of one without a name
      left({ machine: thisProcess().machine }), // this process writes it
      left({ machine: thisProcess().machine.replace(/ .*/, ' pid:[1]') }), // of a container: the same start
    ];
    clearUnfinished();
    const isOwn = isOwnDisk(statfsSync(records).type);
    expect(readdirSync(target).sort()).toEqual([...stay, ...(isOwn ? [] : [ours])].sort());
    expect(readdirSync(records)).toHaveLength(isOwn ? 4 : 5);
  },
);

test('only what one system at a time has mounted is its own disk', () => {
  const types = { ext4: 0xef53, xfs: 0x58465342, btrfs: 0x9123683e, nfs: 0x6969, smb: 0xfe534d42, p9: 0x01021997 };
  const others = {
    virtiofsAndFuse: 0x65735546,
    overlay: 0x794c7630,
    tmpfs: 0x01021994,
    gfs2: 0x01161970,
    ocfs2: 0x7461636f,
  };
  const own = Object.entries({ ...types, ...others }).filter(([, type]) => isOwnDisk(type));
  expect(own.map(([name]) => name)).toEqual(['ext4', 'xfs', 'btrfs']);
});
