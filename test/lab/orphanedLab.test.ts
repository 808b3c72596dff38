import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { LabControl, LabNotice } from '../../shared/controlProtocol.ts';
import { experimentOf, shared } from './fixtures/configs.ts';
import { scriptedTrainer } from './fixtures/labOptions.ts';
import { openTestLab, temporaryFolder } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

const labEntry = fileURLToPath(new URL('../../src-main/lab/index.ts', import.meta.url));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The lab as main starts it where it is a plain Node process, with this test in main's place; trainers that outlive main. */
const labWithShell = (folder: string) => {
  const lab = fork(labEntry, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const trainers = new Map<number, ChildProcess>();
  onTestFinished(() => {
    lab.kill('SIGKILL');
    trainers.forEach((trainer) => trainer.kill('SIGKILL'));
  });
  const tell = (control: LabControl): void => {
    if (lab.connected) lab.send(control);
  };
  lab.on('message', (notice: LabNotice) => {
    if (notice.type === 'trainerMessage') trainers.get(notice.trainerId)?.send(notice.message as object);
    if (notice.type !== 'launchTrainer') return;
    const { trainerId } = notice;
    const trainer = fork(scriptedTrainer, [], { serialization: 'advanced', execArgv: [] });
    trainer.on('error', () => undefined);
    trainers.set(trainerId, trainer);
    trainer.once('spawn', () => tell({ type: 'trainerStarted', trainerId, pid: trainer.pid ?? 0 }));
    trainer.on('message', (message) => tell({ type: 'trainerMessage', trainerId, message }));
  });
  const common = { labVersion: '0.0.0-test', electronVersion: '45.0.0', notices: [] };
  tell({ type: 'open', workspaceFolder: folder, ...common });
  tell({ type: 'clientConnected', clientId: 1 });
  return { lab, trainers, tell };
};

// The shell is killed: no word of goodbye, the channel is simply closed.
test.each([
  { state: 'while nothing trains', seed: null },
  { state: 'while a run trains', seed: scripts.untilStopped },
  { state: 'while a trainer hangs', seed: scripts.ignoreStop },
])(
  '$state, a lab whose shell is gone ends within two seconds, with its trainer, and leaves the workspace free',
  async ({ seed }) => {
    const folder = temporaryFolder();
    const { lab, trainers, tell } = labWithShell(folder);
    const hears = (fits: (notice: LabNotice) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const listen = (notice: LabNotice): void => {
          if (!fits(notice)) return;
          lab.off('message', listen);
          resolve();
        };
        lab.on('message', listen);
      });
    await hears(({ type }) => type === 'activity');
    if (seed !== null) {
      const training = hears((notice) => notice.type === 'activity' && (notice.share ?? 0) > 0);
      const experiment = experimentOf({ seeds: [seed], shared: { ...shared, epochs: 1000 } });
      tell({
        type: 'clientMessage',
        clientId: 1,
        message: { type: 'request', id: 1, method: 'enqueue', input: experiment },
      });
      await training;
    }
    const pids = [...trainers.values()].map(({ pid }) => pid ?? 0);
    expect(pids).toHaveLength(seed === null ? 0 : 1);
    const from = performance.now();
    lab.disconnect();
    await once(lab, 'exit');
    expect(performance.now() - from).toBeLessThan(2000 + 3000); // two seconds, and what a busy machine adds
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    const { lab: next } = await openTestLab(folder);
    if (seed !== null) expect((await next.run({ runId: 1 })).run.state).toBe('interrupted');
  },
);
