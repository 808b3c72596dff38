import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNamed } from '../../src-main/cli/writeFile.ts';
import { temporaryFolder } from '../imageFolders.ts';

test('files of names that the lab chose: one that holds the same is in nobody’s way, any other is left with the rest unwritten', async () => {
  const folder = await temporaryFolder();
  const at = (name: string, content = name) => ({ file: join(folder, name), content: Buffer.from(content) });
  await writeNamed([at('figure.pdf'), at('figure.tex')], {});
  await writeNamed([at('figure.png'), at('figure.tex')], {});
  expect(await readFile(join(folder, 'figure.png'), 'utf8')).toBe('figure.png');
  await expect(writeNamed([at('new.csv'), at('figure.tex', 'figure!tex')], {})).rejects.toThrow(
    'figure.tex is there already, and nothing was written',
  );
  await expect(readFile(join(folder, 'new.csv'))).rejects.toThrow('ENOENT');
  await writeNamed([at('figure.tex', 'figure!tex')], { overwrite: true });
  expect(await readFile(join(folder, 'figure.tex'), 'utf8')).toBe('figure!tex');

  // What only looks the same is not ours: a link to it, a folder.
  await writeFile(join(folder, 'theirs'), 'link.tex');
  symlinkSync('theirs', join(folder, 'link.tex'));
  mkdirSync(join(folder, 'folder.tex'));
  for (const name of ['link.tex', 'folder.tex'])
    await expect(writeNamed([at(name)], {})).rejects.toThrow(`${name} is there already`);
  expect(lstatSync(join(folder, 'link.tex')).isSymbolicLink()).toBe(true);
});
