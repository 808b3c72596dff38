import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstallProgress } from '../../shared/device.ts';
import { download, type DownloadOptions } from '../../src-main/runtimes/download.ts';
import { type FileServer, serveFile } from './fileServer.ts';

const content = randomBytes(1_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let folder: string;
let server: FileServer;
let progress: InstallProgress[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esam-download-'));
  server = await serveFile('thing-1-py3-none-any.whl', content, sha256);
  progress = [];
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const file = (checksum = sha256) => ({
  title: 'thing 1',
  url: `${server.url}/files/thing-1-py3-none-any.whl`,
  sha256: checksum,
});
const options = (changes: Partial<DownloadOptions> = {}): DownloadOptions => ({
  folder,
  signal: new AbortController().signal,
  report: (step) => progress.push(step),
  measureSpace: () => Promise.resolve(1e9),
  ...changes,
});

test('a connection that breaks every 300,000 bytes still brings the whole file, each byte once', async () => {
  server.fault = { kind: 'cut', afterBytes: 300_000 };
  const path = await download(file(), options());
  expect(await readFile(path)).toEqual(content);
  // Four answers of 300,000 bytes at most hold the million; each goes on behind the last byte that arrived.
  const starts = server.ranges.map((range) => Number(/\d+/.exec(range ?? 'bytes=0-')?.[0]));
  expect(starts.length).toBeGreaterThanOrEqual(4);
  expect(starts[0]).toBe(0);
  const gains = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  expect(gains.every((gain) => gain > 0 && gain <= 300_000)).toBe(true);
  expect(await readdir(folder)).toEqual([`${sha256}.whl`]);
});

test('progress counts bytes up to the whole, also from where an earlier attempt stopped', async () => {
  server.fault = { kind: 'stall', afterBytes: 400_000 };
  const cancel = new AbortController();
  const report = (step: InstallProgress): void => {
    if (step.bytes !== null && step.bytes > 0) setTimeout(() => cancel.abort(), 200);
  };
  await expect(download(file(), options({ signal: cancel.signal, report }))).rejects.toThrow('aborted');
  server.fault = { kind: 'none' };
  await download(file(), options());
  const start = Number(/\d+/.exec(server.ranges[1] ?? '')?.[0]);
  expect(start > 0 && start <= 400_000).toBe(true);
  const steps = progress.filter(({ stage }) => stage === 'download');
  expect(steps.every(({ bytes, totalBytes }) => (bytes ?? 0) > start && totalBytes === 1_000_000)).toBe(true);
  expect(steps.at(-1)?.bytes).toBe(1_000_000);
});

test('a file with another checksum than the index gives is refused and not kept', async () => {
  const wrong = 'a'.repeat(64);
  await expect(download(file(wrong), options())).rejects.toMatchObject({
    code: 'INSTALL_CHECKSUM',
    message: expect.stringMatching(new RegExp(`${sha256}.*${wrong}`)) as string,
  });
  expect(await readdir(folder)).toEqual([]);
});

test('a damaged remainder of an earlier attempt is replaced by a fresh download', async () => {
  await writeFile(join(folder, `${sha256}.part`), Buffer.alloc(1000, 7));
  expect(await readFile(await download(file(), options()))).toEqual(content);
  expect(server.ranges).toEqual(['bytes=1000-', null]);
});

test('too little space is said with both numbers before anything is written', async () => {
  await expect(download(file(), options({ measureSpace: () => Promise.resolve(5e5) }))).rejects.toMatchObject({
    code: 'INSTALL_NO_SPACE',
    message: expect.stringMatching(/has 1 MB free, but 1 MB are needed/) as string,
  });
  expect(await readdir(folder)).toEqual([]);
});
