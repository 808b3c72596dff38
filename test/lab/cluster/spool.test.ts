import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sightsIn } from '../../../src-main/lab/cluster/slurm.ts';
import { allRecords, readSpool, SpoolWriter } from '../../../src-main/lab/cluster/spool.ts';
import { taskList, tasksIn } from '../../../src-main/lab/cluster/taskList.ts';
import { secondsOf } from '../../../src-main/lab/cluster/timeLimit.ts';
import { epochOf } from '../fixtures/metrics.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

/** A spool of so many epochs, as a job leaves it. */
const spoolOf = (epochs: number) => {
  const path = join(temporaryFolder(), 'spool.jsonl');
  const writer = new SpoolWriter(path);
  for (let epoch = 1; epoch <= epochs; epoch++)
    writer.append({ kind: 'event', event: { type: 'epochFinished', metrics: epochOf(epoch) }, nonFinite: [] });
  writer.close();
  return path;
};

test('wherever a spool is cut, what is whole is read, each record once, and the rest when it has come', () => {
  const path = spoolOf(3);
  const whole = readFileSync(path);
  const records = allRecords(path);
  expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  for (let cut = 0; cut <= whole.length; cut += 7) {
    writeFileSync(path, whole.subarray(0, cut));
    const first = readSpool(path, 0, 0);
    writeFileSync(path, whole);
    const second = readSpool(path, first.ends.at(-1) ?? 0, first.records.length);
    expect([...first.records, ...second.records]).toEqual(records);
  }
});

test('what is no record, or not the next one, ends the reading', () => {
  const path = spoolOf(2);
  const whole = readFileSync(path);
  for (const rest of [Buffer.alloc(64), Buffer.from('{"kind":"event"}\n'), whole]) {
    writeFileSync(path, whole);
    appendFileSync(path, rest);
    expect(allRecords(path)).toHaveLength(2);
  }
});

test('a spool that is there is not written into: every attempt has its own', () => {
  expect(() => new SpoolWriter(spoolOf(1))).toThrow('EEXIST');
});

test('tasks that wait share a line of squeue; each gets its state', () => {
  expect(tasksIn('1,4,7-9%2')).toEqual([1, 4, 7, 8, 9]);
  expect(tasksIn('0-10:5')).toEqual([0, 5, 10]);
  expect(tasksIn('N/A')).toEqual([]);
  for (const hostile of ['0-9:0', '9-0', '0-99999999999', '1-2-3', '-1', '0x10']) expect(tasksIn(hostile)).toEqual([]);
  expect(taskList([7, 1, 8, 4, 9, 1])).toBe('1,4,7-9');
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000)), (tasks) => {
      expect(tasksIn(taskList(tasks))).toEqual(tasks.toSorted((one, other) => one - other));
    }),
  );
  const sights = sightsIn('12|3-4%3|PENDING|JobArrayTaskLimit|\n12|0|RUNNING|None|n1\nsqueue: something else\n');
  expect([...sights]).toEqual([
    ['12_3', { state: 'PENDING', reason: 'JobArrayTaskLimit', node: null }],
    ['12_4', { state: 'PENDING', reason: 'JobArrayTaskLimit', node: null }],
    ['12_0', { state: 'RUNNING', reason: null, node: 'n1' }],
  ]);
});

test('times are read as Slurm reads them', () => {
  // https://slurm.schedmd.com/sbatch.html#OPT_time
  const seconds = { 90: 5400, '1:30': 90, '1:30:00': 5400, '2-00': 172_800, '2-01:30': 178_200, '1-00:00:30': 86_430 };
  for (const [text, expected] of Object.entries(seconds)) expect(secondsOf(text)).toBe(expected);
});
