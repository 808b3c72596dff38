import { expect, test } from 'vitest';
import type { LabOutput } from '../../shared/labApi.ts';
import type { Lab } from '../../src-main/lab/lab.ts';
import { LabError } from '../../shared/errors.ts';
import { openLab, openLabToRead } from '../../src-main/lab/service.ts';
import { breakableDisk, canBreakDisks, canMakeDisks, smallDisk } from '../smallDisk.ts';
import { experimentOf } from './fixtures/configs.ts';
import { labOptions } from './fixtures/labOptions.ts';
import { openTestLab, untilEnded } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

const untilEpoch = (lab: Lab, wanted: number): Promise<void> =>
  new Promise((resolve) => {
    const stop = lab.onEvent((event) => {
      if (event.type !== 'epochFinished' || event.metrics.epoch < wanted) return;
      stop();
      resolve();
    });
  });

const untilHeld = (lab: Lab): Promise<LabOutput<'queue'>> =>
  new Promise((resolve) => {
    const stop = lab.onEvent((event) => {
      if (event.type !== 'queueChanged' || event.queue.holdReason === undefined) return;
      stop();
      resolve(event.queue);
    });
  });

// Needs the right to mount; continuous integration has it, and counts skipped tests.
test.skipIf(!canMakeDisks()).for(['later', 'at once'] as const)(
  'a disk that gets full interrupts the run with the reason and keeps every told epoch; once there is room, the queue goes on %s',
  { timeout: 60_000 },
  async (when) => {
    const disk = smallDisk(80_000_000); // MNIST's 55 MB, and room for a database
    const { lab, events } = await openTestLab(disk.folder);
    const { runIds } = await lab.enqueue(experimentOf({ seeds: [scripts.untilStopped, 1] }));
    expect(runIds).toEqual([1, 2]);
    await untilEpoch(lab, 3);
    const held = untilHeld(lab);
    disk.fill();
    const { holdReason, waiting } = await held;
    expect(holdReason).toBe(
      'What the trainer measured could not be stored. ' +
        "The workspace's disk is full (SQLITE_FULL). Make room on it; nothing that was stored is lost.",
    );
    expect(waiting.map(({ id }) => id)).toEqual([2]);
    disk.empty();
    if (when === 'at once') await lab.pauseQueue({ paused: false });
    const told = events.filter((event) => event.type === 'epochFinished' && event.runId === 1).length;
    const run = await untilEnded(lab, 1);
    expect(run).toMatchObject({ state: 'interrupted', reason: holdReason });
    expect(run.epochsDone).toBeGreaterThanOrEqual(told);
    expect((await lab.run({ runId: 1 })).log.map(({ text }) => text)).toContain(holdReason);

    if (when === 'later') await lab.pauseQueue({ paused: false });
    expect((await untilEnded(lab, 2)).state).toBe('finished');
    const { startedAt } = (await lab.run({ runId: 2 })).run;
    expect(run.endedAt ?? '').toBe([run.endedAt, startedAt].sort()[0]); // the end is stored before the next run begins
  },
);

test.skipIf(!canBreakDisks())(
  'a disk that turns read-only under a lab holds the queue with the reason; it is read on, opens nowhere for writing, and loses nothing',
  { timeout: 60_000 },
  async () => {
    const disk = breakableDisk(100_000_000);
    const { lab, events } = await openTestLab(disk.folder);
    await lab.enqueue(experimentOf({ seeds: [scripts.untilStopped, 1] }));
    await untilEpoch(lab, 3);
    const held = untilHeld(lab);
    disk.turnReadOnly();
    const { holdReason, waiting } = await held;
    expect(holdReason).toBe(
      'What the trainer measured could not be stored. ' +
        "The workspace's disk reports an error (SQLITE_IOERR_WRITE): it may be failing, or have turned read-only. Check it; copy the workspace elsewhere.",
    );
    expect(waiting.map(({ id }) => id)).toEqual([2]);
    const told = events.filter((event) => event.type === 'epochFinished' && event.runId === 1).length;
    expect((await lab.run({ runId: 1 })).epochs.length).toBeGreaterThanOrEqual(told); // reading goes on
    await expect(lab.backUp({})).rejects.toMatchObject({ code: 'WORKSPACE_UNWRITABLE' });
    await lab.close();

    const refusal: unknown = await openLab(labOptions(disk.folder)).catch((error: unknown) => error);
    if (!(refusal instanceof LabError)) throw new Error('It was opened.', { cause: refusal });
    expect(refusal.code).toBe('WORKSPACE_UNWRITABLE');
    const view = await openLabToRead(labOptions(disk.folder), refusal);
    expect((await view.run({ runId: 1 })).epochs.length).toBeGreaterThanOrEqual(told);
    await view.close();

    disk.mend(); // nothing has kept a file of it open
    const again = (await openTestLab(disk.folder)).lab;
    const { run, epochs } = await again.run({ runId: 1 });
    expect(run.state).toBe('interrupted');
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, index) => index + 1));
    expect(epochs.length).toBeGreaterThanOrEqual(told);
    await again.close();
  },
);
