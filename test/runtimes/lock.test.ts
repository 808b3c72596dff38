import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

test('of two that try for a lock at the same moment one always has it: neither waits for nobody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lock-'));
  const [rounds, racers] = [40, 2];
  const counts = new Int32Array(new SharedArrayBuffer(2 * rounds * Int32Array.BYTES_PER_ELEMENT));
  const race = async (): Promise<boolean[]> => {
    const racer = new Worker(new URL('lockRace.ts', import.meta.url), {
      workerData: { folder, rounds, racers, counts },
    });
    return await new Promise((resolve, reject) => racer.once('message', resolve).once('error', reject));
  };
  const won = await Promise.all(Array.from({ length: racers }, race));
  const winners = Array.from({ length: rounds }, (_, round) => won.filter((rounds) => rounds[round] === true).length);
  expect(winners).toEqual(Array.from({ length: rounds }, () => 1));
  await rm(folder, { recursive: true });
});
