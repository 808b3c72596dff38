import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whoElseMayChange } from '../../src-main/files/whoElseMayChange.ts';
import { temporaryFolder } from '../lab/fixtures/labs.ts';

const isRoot = process.getuid?.() === 0;
const stranger = 54_321;

/** opt/lib/code.so, all of it this user's alone. */
const installed = () => {
  const root = temporaryFolder();
  const [opt, lib, code] = [join(root, 'opt'), join(root, 'opt/lib'), join(root, 'opt/lib/code.so')] as const;
  mkdirSync(lib, { recursive: true });
  writeFileSync(code, 'code');
  for (const folder of [opt, lib]) chmodSync(folder, 0o755);
  chmodSync(code, 0o644);
  return { root, opt, lib, code };
};

// Windows has no such rights.
test.skipIf(process.platform === 'win32')(
  'what only this user may change is nobody else’s, in a sticky folder too',
  () => {
    const { code, lib } = installed();
    expect(whoElseMayChange([code])).toBeNull();
    chmodSync(lib, 0o1777); // as /tmp
    expect(whoElseMayChange([code])).toBeNull();
    expect(whoElseMayChange([join(lib, 'missing.so')])).toBeNull();
  },
);

test.skipIf(process.platform === 'win32')('a file or a folder above it that all may change is named', () => {
  for (const place of ['code', 'lib', 'opt'] as const) {
    const all = installed();
    chmodSync(all[place], 0o757);
    expect(whoElseMayChange([all.code])).toBe(`every user of this machine may change ${all[place]}`);
    expect(whoElseMayChange([all.code], all.lib)).toBe(
      place === 'opt' ? null : `every user of this machine may change ${all[place]}`,
    );
  }
});

test.skipIf(!isRoot)('another owner, or a foreign group that may write, is named wherever it is on the way', () => {
  for (const place of ['code', 'lib', 'opt'] as const) {
    const all = installed();
    chownSync(all[place], stranger, 0);
    expect(whoElseMayChange([all.code])).toBe(`${all[place]} belongs to another user (number ${String(stranger)})`);
    chownSync(all[place], 0, stranger);
    expect(whoElseMayChange([all.code])).toBeNull();
    chmodSync(all[place], 0o775);
    expect(whoElseMayChange([all.code])).toBe(`the users of group ${String(stranger)} may change ${all[place]}`);
  }
});

test.skipIf(!isRoot)('links are followed: the link itself, what it leads to, and the way there', () => {
  const [here, there] = [installed(), installed()];
  const link = join(here.root, 'link');
  symlinkSync(there.lib, link);
  const code = join(link, 'code.so');
  expect(whoElseMayChange([code])).toBeNull();
  chmodSync(there.opt, 0o777);
  expect(whoElseMayChange([code])).toBe(`every user of this machine may change ${there.opt}`);
  chmodSync(there.opt, 0o755);
  chmodSync(here.root, 0o777);
  expect(whoElseMayChange([code])).toBe(`every user of this machine may change ${here.root}`);
  chmodSync(here.root, 0o1777);
  const foreign = join(here.root, 'foreign');
  symlinkSync(there.lib, foreign);
  lchownSync(foreign, stranger, 0);
  expect(whoElseMayChange([join(foreign, 'code.so')])).toMatch(/foreign belongs to another user/);
});

test.skipIf(process.platform === 'win32')('links in a circle end', () => {
  const root = temporaryFolder();
  symlinkSync(join(root, 'b'), join(root, 'a'));
  symlinkSync(join(root, 'a'), join(root, 'b'));
  expect(whoElseMayChange([join(root, 'a')])).toBeNull();
});
