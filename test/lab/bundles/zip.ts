import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import type { BundleManifest } from '../../../shared/bundle.ts';

export type Parts = Map<string, Buffer>;

/** What an archive holds, read without any of the lab's checks. */
export const partsOf = async (file: string): Promise<Parts> => {
  const archive = await openPromise(file);
  const parts: Parts = new Map();
  for await (const entry of archive.eachEntry())
    parts.set(entry.fileName, await buffer(await archive.openReadStreamPromise(entry)));
  return parts;
};

/** An archive of these parts; checkpoints are stored as they are, as is everything where it is asked for. */
export const zipOf = async (file: string, parts: Parts, mode = 0o100644, isStored = false): Promise<void> => {
  const zip = new ZipFile();
  for (const [name, content] of parts)
    zip.addBuffer(content, name, { mode, compress: !isStored && !name.endsWith('.ckpt') });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
};

/** The list of parts as it must be for these parts: a bundle that somebody has forged with care. */
export const relisted = (parts: Parts): Parts => {
  const manifest = JSON.parse((parts.get('bundle.json') ?? Buffer.alloc(0)).toString()) as BundleManifest;
  const listed = [...parts].filter(([name]) => name !== 'bundle.json');
  manifest.parts = listed.map(([name, content]) => ({
    ...{ name, sizeBytes: content.length },
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  return new Map([...listed, ['bundle.json', Buffer.from(JSON.stringify(manifest))]]);
};

/** One JSON part changed, and the list of parts with it. */
export const edited = (parts: Parts, name: string, change: (value: Record<string, unknown>) => unknown): Parts => {
  const value = JSON.parse((parts.get(name) ?? Buffer.from('{}')).toString()) as Record<string, unknown>;
  return relisted(new Map(parts).set(name, Buffer.from(JSON.stringify(change(value)))));
};

/** Bytes in the middle of a file replaced by others of the same length, wherever they stand. */
export const patched = async (file: string, from: string, to: string): Promise<void> => {
  const content = (await buffer(createReadStream(file))).toString('latin1');
  writeFileSync(file, Buffer.from(content.replaceAll(from, to), 'latin1'));
};
