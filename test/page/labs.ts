import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLab } from '../../src-main/lab/service.ts';
import type { Lab, LabOptions } from '../../src-main/lab/lab.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { backUpWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import type { TrainerLauncher } from '../../src-main/lab/trainers.ts';
import { labOptions, migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { serveWindow } from '../serveWindow.ts';
import { newFolder, presetsFolder, writeWorkspace } from './workspaces.ts';
import type { WorkspaceKind } from './workspaces.ts';

/** A real lab that serves its window to browsers. */
export interface ServedLab {
  readonly lab: Lab;
  readonly folder: string;
  /** Of the page; each opens one browser. */
  address(): string;
  close(): Promise<void>;
}

/** One whose trainers can stand still. */
export interface PacedLab extends ServedLab {
  /** The next run that reports its progress stands still from then on, however long the page takes: until the function is called that this resolves to. */
  standStill(): Promise<() => void>;
}

/** Opens a lab on a new workspace of this kind, with trainers that follow a script at a pace to watch. */
export const serveLab = async (kind: WorkspaceKind, changes: Partial<LabOptions> = {}): Promise<PacedLab> => {
  const folder = changes.workspaceFolder ?? (await newFolder());
  await writeWorkspace(kind, folder);
  let newest = 0;
  const paced = nodeTrainers(join(import.meta.dirname, 'fixtures/pacedTrainer.ts'));
  const launcher: TrainerLauncher = {
    launch: async (environment) => {
      const trainer = await paced.launch(environment);
      newest = trainer.pid ?? 0;
      return trainer;
    },
  };
  const lab = await openLab({
    ...labOptions(folder),
    presetsFolder,
    launcher,
    limits: { silenceMs: 600_000, stopMs: 5000 },
    ...changes,
  });
  const served = await serveWindow(lab, folder);
  return {
    lab,
    folder,
    address: served.address,
    standStill: () =>
      new Promise((resolve) => {
        const stopListening = lab.onEvent(({ type }) => {
          if (type !== 'progressed') return;
          stopListening();
          const pid = newest;
          process.kill(pid, 'SIGSTOP');
          resolve(() => process.kill(pid, 'SIGCONT'));
        });
      }),
    close: async () => {
      await served.close();
      await lab.close();
    },
  };
};

/** What lies in the place of a damaged workspace's database. */
export const damagedBytes = Buffer.alloc(8192, 'no database ');

const cliEntry = join(import.meta.dirname, '../../src-main/cli/index.ts');

/** The command line serving a workspace that it cannot open: one that a newer version wrote, that this process has open, or a full one that was damaged after a backup. */
export const serveRefusal = async (why: 'newer' | 'busy' | 'damaged'): Promise<Omit<ServedLab, 'lab'>> => {
  const folder = await newFolder();
  await writeWorkspace(why === 'damaged' ? 'full' : 'empty', folder);
  const holder = why === 'busy' ? await openStore(folder, migrationsFolder) : null;
  if (why === 'newer') {
    const database = new Database(join(folder, 'lab.db'));
    database.pragma('user_version = 999');
    database.close();
  }
  if (why === 'damaged') {
    await backUpWorkspace(folder, migrationsFolder);
    await writeFile(join(folder, 'lab.db'), damagedBytes);
  }
  const child = spawn(process.execPath, [cliEntry, '--workspace', folder, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const address = (): string => said.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/g)?.at(-1) ?? '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (address() !== '') resolve();
      });
    }
    child.once('exit', (code) => reject(new Error(`The command line ended with ${String(code)}: ${said}`)));
  });
  return {
    folder,
    address,
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      holder?.close();
    },
  };
};
