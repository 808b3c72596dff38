import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../src-main/runtimes/command.ts';
import { findTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { recipeFor } from '../../src-main/runtimes/tensorflow/recipe.ts';

/** Writes a zip with these members, names as given; `links` become symbolic links. Python's zipfile checks no names. */
export const writeZip = async (
  path: string,
  members: readonly { readonly name: string; readonly file?: string; readonly text?: string; readonly link?: string }[],
): Promise<void> => {
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    for member in json.load(open(sys.argv[2])):
        if 'file' in member:
            archive.write(member['file'], member['name'])
        elif 'link' in member:
            info = zipfile.ZipInfo(member['name'])
            info.create_system = 3
            info.external_attr = 0o120777 << 16
            archive.writestr(info, member['link'])
        else:
            archive.writestr(member['name'], member['text'])
`;
  const list = `${path}.json`;
  await writeFile(list, JSON.stringify(members));
  const result = await runCommand('python3', ['-c', script, path, list]);
  if (result.code !== 0) throw new Error(result.stderr);
};

export interface TinyWheel {
  readonly fileName: string;
  readonly content: Buffer;
  readonly sha256: string;
  /** Folder of the true libraries: LD_LIBRARY_PATH for whoever runs what was made from the wheel. */
  readonly libraries: string;
}

/**
 * A wheel like the package index's, three hundred times smaller: the true headers, and in place of the libraries linker scripts
 * that name the installed ones. Four megabytes of padding give an interruption something to interrupt.
 */
export const tinyWheel = async (folder: string): Promise<TinyWheel> => {
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(`These tests need TensorFlow, which is ${found.state}: ${found.reason}`);
  const recipe = recipeFor('cpu');
  const libraries = join(found.location, 'tensorflow');
  const headers = await runCommand('find', ['tensorflow/include', '-type', 'f'], { cwd: found.location });
  const information = `${recipe.packageName.replace('-', '_')}-${recipe.version}.dist-info`;
  const fileName = `${information.replace('.dist-info', '')}-cp311-cp311-${recipe.platformTags[0] ?? ''}.whl`;
  const path = join(folder, fileName);
  await writeZip(path, [
    ...headers.stdout
      .trim()
      .split('\n')
      .map((name) => ({ name, file: join(found.location, name) })),
    ...recipe.libraries.map((name) => ({ name: `tensorflow/${name}`, text: `INPUT(${join(libraries, name)})\n` })),
    { name: 'tensorflow/padding', text: 'esam'.repeat(1 << 20) },
    {
      name: `${information}/METADATA`,
      text: `Metadata-Version: 2.1\nName: ${recipe.packageName}\nVersion: ${recipe.version}\n`,
    },
    { name: `${information}/WHEEL`, text: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-any\n' },
    { name: `${information}/RECORD`, text: '' },
  ]);
  const content = await readFile(path);
  return { fileName, content, sha256: createHash('sha256').update(content).digest('hex'), libraries };
};
