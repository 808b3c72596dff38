import { appendFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAppLog } from '../../src-main/lab/appLog.ts';
import { withoutPrivate } from '../../src-main/lab/diagnostics.ts';
import { experimentOf } from './fixtures/configs.ts';
import { openTestLab, temporaryFolder } from './fixtures/labs.ts';

test('a log keeps the lines of an entry together, and begins anew before it is large', () => {
  const folder = temporaryFolder();
  const log = openAppLog(folder);
  log.write('error', 'The request plan failed: Error: no\n    at plan (src-main/lab/plan.ts:3:1)');
  log.write('info', 'Opened.');
  const file = join(folder, 'logs', 'lab.log');
  appendFileSync(file, 'a torn li'); // another process was killed while it wrote
  expect(log.last(9).map(({ level, text }) => [level, text])).toEqual([
    ['error', 'The request plan failed: Error: no\n      at plan (src-main/lab/plan.ts:3:1)'],
    ['info', 'Opened.\na torn li'],
  ]);
  appendFileSync(file, `\n${'x'.repeat(1_000_001)}\n`);
  log.write('warning', 'After many lines.');
  expect(statSync(file).size).toBeLessThan(200);
  expect(log.last(1)).toMatchObject([{ level: 'warning', text: 'After many lines.' }]);
  expect(log.last(9).map(({ level }) => level)).toEqual(['error', 'info', 'warning']);
});

test('a log makes no workspace, and fails silently where it cannot be written', () => {
  const folder = temporaryFolder();
  openAppLog(join(folder, 'nowhere')).write('info', 'Opened.');
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  mkdirSync(join(folder, 'odd'));
  writeFileSync(join(folder, 'odd', 'logs'), 'a file');
  const odd = openAppLog(join(folder, 'odd'));
  odd.write('info', 'Opened.');
  expect(odd.last(9)).toEqual([]);
});

test('diagnostics name no folder of the user', () => {
  const said = withoutPrivate(
    [
      'TensorFlow: broken. /home/ada/.cache/esam-lab/tf/lib.so is not what was installed',
      'Opened /data/mri patients/w/lab.db, then "/data/mri patients/w/datasets/a b"',
      'Error: EACCES /srv/clinic/42.png',
      '    at read (file:///opt/lab/src-main/lab/plan.ts:3:1)',
      '    at C:\\Users\\Ada\\lab\\node_modules\\zod\\index.js:3',
      '3 of 4 images/s on ward7 in Röntgen II; 2026-11-27T22:00:00.000Z, https://example.org/a/b, s/epoch',
    ].join('\n'),
    { workspaceFolder: '/data/mri patients/w', names: ['Röntgen II'] },
    { home: '/home/ada', host: 'ward7' },
  );
  for (const secret of ['ada', 'Ada', 'mri', 'clinic', '42.png', 'ward7', 'Röntgen', '/opt'])
    expect(said).not.toContain(secret);
  for (const word of ['is not what was installed', 'src-main/lab/plan.ts:3:1', 'node_modules/zod/index.js:3'])
    expect(said).toContain(word);
  expect(said).toContain('3 of 4 images/s on <host> in <data set>; 2026-11-27T22:00:00.000Z, https://example.org/a/b');
});

test('the lab logs what it does, and its diagnostics tell it', async () => {
  const { lab, folder } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf({ seeds: [1], name: 'Secret plan' }));
  await lab.cancelRuns({ runIds: [1] });
  const texts = (await lab.appLog({})).map(({ text }) => text);
  expect(texts[0]).toMatch(/^Opened by ESAM Lab 0\.0\.0-test, process \d+\.$/);
  expect(texts.at(-1)).toMatch(/^Run 1 cancelled after 0 of \d+ epochs\./);
  const { text } = await lab.diagnostics({});
  expect(text).toMatch(/^ESAM Lab 0\.0\.0-test\nNode \d+/);
  expect(text).toContain('Runs: 1 cancelled');
  expect(text).toMatch(/info Opened by ESAM Lab/);
  for (const secret of [folder, homedir(), 'Secret plan']) expect(text).not.toContain(secret);
});
