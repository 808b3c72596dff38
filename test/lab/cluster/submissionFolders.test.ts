import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  attemptFolderOf,
  claimAttempt,
  jobFolderNames,
  taskFolderOf,
} from '../../../src-main/lab/cluster/jobFolder.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import { acknowledge, clearSubmissions } from '../../../src-main/lab/cluster/submissionFolders.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

const hourMs = 3_600_000;
const isNeeded = (): boolean => false;

/** A submission of two tasks with everything that jobs leave, neither acknowledged. */
const submissionIn = (folder: string): string => {
  const submission = newSubmission(folder);
  mkdirSync(join(submission, jobFolderNames.begun), { recursive: true });
  for (const name of ['script', 'number'] as const) writeFileSync(join(submission, jobFolderNames[name]), '');
  for (const task of [0, 1]) {
    const path = taskFolderOf(submission, task);
    mkdirSync(join(path, jobFolderNames.given), { recursive: true });
    writeFileSync(join(path, jobFolderNames.given, 'epoch-0001-step-00000007.ckpt'), '');
    for (const name of ['assignment', 'stop', 'output'] as const) writeFileSync(join(path, jobFolderNames[name]), '');
    const attempt = attemptFolderOf(path, claimAttempt(path));
    mkdirSync(join(attempt, jobFolderNames.checkpoints));
    writeFileSync(join(attempt, jobFolderNames.checkpoints, 'epoch-0002-step-00000014.ckpt'), '');
    writeFileSync(join(attempt, jobFolderNames.checkpoints, 'epoch-0003-step-00000021.ckpt.12.part'), '');
    writeFileSync(join(attempt, jobFolderNames.spool), '');
    writeFileSync(join(submission, jobFolderNames.begun, `${task}.1`), '');
  }
  return submission;
};

test('a submission goes a day after the last of its tasks was acknowledged, and not before', async () => {
  const folder = temporaryFolder();
  const submission = submissionIn(folder);
  acknowledge(submission, [0]);
  await clearSubmissions(folder, isNeeded, Date.now() + 1000 * hourMs); // task 1 may still tell something
  expect(existsSync(submission)).toBe(true);
  appendFileSync(join(submission, jobFolderNames.collected), '1'); // of a lab that was killed while it wrote
  await clearSubmissions(folder, isNeeded, Date.now() + 1000 * hourMs);
  expect(existsSync(submission)).toBe(true);
  acknowledge(submission, [1]);
  await clearSubmissions(folder, isNeeded, Date.now() + 23 * hourMs);
  await clearSubmissions(folder, (path) => path === submission, Date.now() + 25 * hourMs);
  expect(existsSync(submission)).toBe(true);
  await clearSubmissions(folder, isNeeded, Date.now() + 25 * hourMs);
  expect(readdirSync(folder)).toEqual([]);
});

test('what is none of ours stays, with the folders around it', async () => {
  const folder = temporaryFolder();
  const submission = submissionIn(folder);
  const theirs = join(taskFolderOf(submission, 1), 'notes.md');
  writeFileSync(theirs, 'why it failed');
  mkdirSync(join(folder, 'submission-mine'));
  acknowledge(submission, [1]);
  writeFileSync(join(taskFolderOf(submission, 0), jobFolderNames.collected), ''); // as former labs did
  await clearSubmissions(folder, isNeeded, Date.now() + 25 * hourMs);
  expect(readdirSync(submission, { recursive: true })).toEqual(['tasks', 'tasks/1', 'tasks/1/notes.md']);
  expect(readdirSync(folder)).toContain('submission-mine');
});
