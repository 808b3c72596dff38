import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canMakeDisks, smallDisk } from '../smallDisk.ts';

// Node forgives the first line that fails; the second ends it.
const script = `
  import { outputsMayFail } from ${JSON.stringify(new URL('../../src-main/processes/outputsMayFail.ts', import.meta.url).href)};
  outputsMayFail();
  console.error('once');
  setTimeout(() => console.error('again'), 50);
  setTimeout(() => process.exit(7), 200);
`;

test.skipIf(!canMakeDisks())('a process whose output lies on a full disk prints on, and ends as it wants', async () => {
  const disk = smallDisk(65_536);
  const output = openSync(join(disk.folder, 'output.txt'), 'w');
  disk.fill();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', output, output],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  closeSync(output);
  expect(code).toBe(7);
});
