import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findElectron } from '../../../src-main/runtimes/electron/index.ts';
import { callCompiler, findCompiler } from '../../../src-main/runtimes/tensorflow/compile.ts';
import { nodeApiHeadersFolder } from '../../../src-main/runtimes/tensorflow/places.ts';

const checkout = process.cwd();
const sqlite = join('node_modules', 'better-sqlite3');
/** The functions of Node-API that references.cc stands in for; its names are as long. */
const replaced = ['create_reference', 'get_reference_value', 'delete_reference'];

/** The database as it ships, but calling the stand-ins: names of functions that are looked up at loading lie as text in the file. */
const sqliteForOlderNode = async (): Promise<Buffer> => {
  const binary = await readFile(join(checkout, sqlite, 'prebuilds', `${process.platform}-${process.arch}.node`));
  for (const name of replaced) {
    const at = binary.indexOf(`\0napi_${name}\0`);
    if (at === -1) throw new Error(`better-sqlite3 does not call napi_${name} any more.`);
    binary.write(`old_${name}`.padEnd(`napi_${name}`.length, '\0'), at + 1);
  }
  return binary;
};

const compileReferences = async (target: string): Promise<void> => {
  const { signal } = new AbortController();
  const compiler = await findCompiler(signal);
  const source = join(import.meta.dirname, 'references.cc');
  const flags = ['-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', `-I${nodeApiHeadersFolder()}`];
  const problem = await callCompiler({ compiler, signal }, [...flags, source, '-o', target]);
  if (problem !== null) throw new Error(problem);
};

/**
 * The folder of an app whose lab runs as users have it: a utility process, with the database. That is the checkout with a real Electron. The
 * stand-in's Node is too old by what lies in this folder: it gets a copy of the built app that brings it along.
 */
export const appWithUtilityLab = async (folder: string): Promise<string> => {
  if (!(await findElectron()).standIn) return checkout;
  const main = join(folder, 'out', 'main');
  await cp(join(checkout, 'out'), join(folder, 'out'), { recursive: true });
  await cp(join(checkout, 'package.json'), join(folder, 'package.json'));
  await symlink(join(checkout, 'resources'), join(folder, 'resources'));
  for (const entry of ['lab.cjs', 'checkWorker.cjs']) {
    const code = await readFile(join(main, entry), 'utf8');
    await writeFile(join(main, entry), `require('./builtIns.cjs');\n${code}`);
  }
  await cp(join(import.meta.dirname, 'builtIns.cjs'), join(main, 'builtIns.cjs'));
  await compileReferences(join(main, 'references.node'));

  await mkdir(join(folder, 'node_modules'));
  for (const name of await readdir(join(checkout, 'node_modules')))
    if (name !== 'better-sqlite3')
      await symlink(join(checkout, 'node_modules', name), join(folder, 'node_modules', name));
  await cp(join(checkout, sqlite, 'package.json'), join(folder, sqlite, 'package.json'));
  await cp(join(checkout, sqlite, 'lib'), join(folder, sqlite, 'lib'), { recursive: true });
  const built = join(folder, sqlite, 'build', 'Release', 'better_sqlite3.node');
  await mkdir(dirname(built), { recursive: true });
  await writeFile(built, await sqliteForOlderNode());
  return folder;
};
