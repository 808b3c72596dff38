import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { openAppLog } from '../../src-main/lab/appLog.ts';
import { jobFolderNames } from '../../src-main/lab/cluster/jobFolder.ts';
import { newSubmission } from '../../src-main/lab/cluster/submission.ts';
import { acknowledge } from '../../src-main/lab/cluster/submissionFolders.ts';
import { openLabToRead } from '../../src-main/lab/service.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { restoreWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { cli } from '../cli/spawnCli.ts';
import { addExperiment, openWorkspace } from './bundles/stores.ts';
import { experimentOf } from './fixtures/configs.ts';
import { labOptions, migrationsFolder } from './fixtures/labOptions.ts';
import { openTestLab, temporaryFolder } from './fixtures/labs.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** Files of the user's that a workspace from somebody else may point to, by what SQLite takes them for. */
const theirs = {
  'a text': (file: string) => writeFileSync(file, 'thesis'),
  'a database': (file: string) => {
    const database = new Sqlite(file);
    database.exec('CREATE TABLE bookmark (address TEXT)');
    database.close();
  },
  nothing: () => undefined,
} as const;

// In continuous integration, a text.
const isLong = process.env['ESAM_LAB_EVERY_FAULT'] !== undefined;

const contentOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'latin1') : null);

let template = '';
beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'esam-lab-links-'));
  const store = await openStore(template, migrationsFolder);
  await store.backUp();
  store.close();
});
afterAll(() => rmSync(template, { recursive: true }));

/** A workspace as it comes from somebody else, with a backup. */
const foreignWorkspace = (): string => {
  const folder = join(temporaryFolder(), 'workspace');
  cpSync(template, folder, { recursive: true });
  return folder;
};

const companions = ['-wal', '-shm', '-journal'];
const names = [
  ...companions.map((suffix) => `lab.db${suffix}`),
  ...['', ...companions].flatMap((suffix) => [`lab.lock${suffix}`, `lab.db.part${suffix}`]),
];

describe.skipIf(process.platform === 'win32')('a workspace from somebody else', () => {
  test.each(names)(
    'has the lab write into no other file by a link as %s: opened, looked at, restored',
    async (name) => {
      for (const [what, write] of Object.entries(theirs).slice(0, isLong ? 3 : 1)) {
        const folder = foreignWorkspace();
        const file = join(folder, '..', 'theirs');
        write(file);
        const before = contentOf(file);
        rmSync(join(folder, name), { force: true });
        symlinkSync(file, join(folder, name));
        const busy = new LabError('WORKSPACE_BUSY', 'Only looked at.');
        const attempts = [
          () => openStore(folder, migrationsFolder),
          () => openLabToRead(labOptions(folder), busy),
          () => restoreWorkspace(folder, null),
        ];
        for (const attempt of attempts) {
          const said = await attempt().catch((error: unknown) => error);
          expect(said, what).toMatchObject({
            name: 'LabError',
            message: expect.stringContaining(`${name} is a link`) as string,
          });
          expect(contentOf(file), what).toBe(before);
          expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
        }
        rmSync(join(folder, name));
        (await openStore(folder, migrationsFolder)).close(); // nothing else was wrong
      }
    },
  );

  test('is one workspace by all its names: a link to the folder has the same lock, a link to a database elsewhere is refused', async () => {
    const folder = foreignWorkspace();
    const own = foreignWorkspace();
    const before = contentOf(join(own, 'lab.db'));
    rmSync(join(folder, 'lab.db'));
    symlinkSync(join(own, 'lab.db'), join(folder, 'lab.db'));
    const busy = new LabError('WORKSPACE_BUSY', 'Only looked at.');
    for (const attempt of [
      () => openStore(folder, migrationsFolder),
      () => openLabToRead(labOptions(folder), busy),
      () => restoreWorkspace(folder, null),
    ]) {
      await expect(attempt()).rejects.toThrow('lab.db is a link to a file elsewhere');
    }
    expect([contentOf(join(own, 'lab.db')), readdirSync(own).includes('lab.db-wal')]).toEqual([before, false]);

    const name = join(temporaryFolder(), 'linked');
    symlinkSync(own, name);
    for (const [first, second] of [
      [own, name],
      [name, own],
    ] as const) {
      const store = await openStore(first, migrationsFolder);
      await expect(openStore(second, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_BUSY' });
      store.close();
    }
  });

  test('has no run write its checkpoints by a link among those of another workspace', async () => {
    const theirs = join(temporaryFolder(), '1');
    mkdirSync(theirs);
    const checkpoint = join(theirs, 'epoch-0001-step-00000001.ckpt');
    writeFileSync(checkpoint, 'theirs');
    const links: ((folder: string) => void)[] = [
      (folder) => symlinkSync(join(theirs, '..'), join(folder, 'checkpoints')),
      (folder) => {
        mkdirSync(join(folder, 'checkpoints'));
        symlinkSync(theirs, join(folder, 'checkpoints', '1'));
      },
    ];
    for (const link of links) {
      const folder = foreignWorkspace();
      link(folder);
      const { lab } = await openTestLab(folder);
      await lab.enqueue(experimentOf({ seeds: [1] }));
      await expect
        .poll(async () => (await lab.queue({})).holdReason, { timeout: 20_000 })
        .toMatch(/In this workspace checkpoints(?:\/1)? is a link, and checkpoints are written to real folders only/);
      await lab.close();
      expect([readdirSync(theirs), contentOf(checkpoint)]).toEqual([['epoch-0001-step-00000001.ckpt'], 'theirs']);
    }
  });

  test('has it add nothing to another file by a link as its log, or as the log’s folder, nor wait for a pipe there', async () => {
    const elsewhere = temporaryFolder();
    const file = join(elsewhere, 'lab.log'); // of another program, say
    writeFileSync(file, 'theirs');
    const odd: ((logs: string) => void)[] = [
      (logs) => {
        mkdirSync(logs);
        symlinkSync(file, join(logs, 'lab.log'));
      },
      (logs) => symlinkSync(elsewhere, logs),
      (logs) => {
        mkdirSync(logs);
        spawnSync('mkfifo', [join(logs, 'lab.log')]);
      },
    ];
    for (const make of odd) {
      const folder = foreignWorkspace();
      make(join(folder, 'logs'));
      const { lab } = await openTestLab(folder);
      openAppLog(folder).write('error', 'x'.repeat(1_000_001));
      openAppLog(folder).write('error', 'again');
      await lab.close();
      expect(readFileSync(file, 'utf8')).toBe('theirs');
      expect(readdirSync(elsewhere)).toEqual(['lab.log']);
    }
  });

  test('has it note in no other file that the database was read through', async () => {
    for (const isLinked of [false, true]) {
      const folder = foreignWorkspace();
      const database = new Sqlite(join(folder, 'lab.db'));
      database.exec('CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (zeroblob(70000000))');
      database.close();
      rmSync(join(folder, 'backups'), { recursive: true }); // a young one vouches for it
      const file = join(folder, '..', 'theirs');
      writeFileSync(file, 'theirs');
      if (isLinked) symlinkSync(file, join(folder, 'lab.checked'));
      (await openStore(folder, migrationsFolder)).close();
      expect(readFileSync(file, 'utf8')).toBe('theirs');
      expect(existsSync(join(folder, 'lab.checked'))).toBe(true); // where nothing is in the way, it does note it
    }
  });

  test('has a job’s folder tell nothing to another file', () => {
    const file = join(temporaryFolder(), 'theirs');
    writeFileSync(file, 'theirs');
    const odd: ((mark: string) => void)[] = [
      (mark) => symlinkSync(file, mark),
      (mark) => void spawnSync('mkfifo', [mark]),
    ];
    for (const make of odd) {
      const submission = newSubmission(temporaryFolder());
      mkdirSync(submission);
      make(join(submission, jobFolderNames.collected));
      acknowledge(submission, [0]);
      expect(readFileSync(file, 'utf8')).toBe('theirs');
    }
    const submission = newSubmission(temporaryFolder());
    mkdirSync(submission);
    acknowledge(submission, [0]);
    expect(existsSync(join(submission, jobFolderNames.collected))).toBe(true);
  });

  test('an export takes the place of no device, pipe or folder, and says so', async () => {
    const workspace = foreignWorkspace();
    const opened = await openWorkspace(workspace);
    const life = { epochs: 1, steps: 1, end: 'finished', accuracy: 0.5, loss: 0.5 } as const;
    addExperiment(opened, [{ ...life, isCheckpointed: false, isAnalysed: false }]);
    opened.store.close();
    const folder = temporaryFolder();
    const at = (name: string): string => join(folder, name);
    spawnSync('mkfifo', [at('pipe')]);
    symlinkSync('/dev/null', at('device'));
    mkdirSync(at('folder'));
    const before = readdirSync(folder);
    for (const target of before.map(at)) {
      const args = target === at('pipe') ? ['bundle', 'export'] : ['export', '--format', 'csv', '--output'];
      const { code, stderr } = await cli(workspace, [...args, target]);
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain(`${target} cannot be written (ENOTFILE): something else than a file lies there.`);
    }
    const nowhere = join(at('folder'), 'no', 'runs.csv');
    const { stderr: said } = await cli(workspace, ['export', '--format', 'csv', '--output', nowhere]);
    expect(said).toContain(`${nowhere} cannot be written (ENOENT): there is no folder ${dirname(nowhere)}.`);
    expect(readdirSync(folder)).toEqual(before);
    expect([lstatSync(at('pipe')).isFIFO(), lstatSync('/dev/null').isCharacterDevice()]).toEqual([true, true]);
  });
});
