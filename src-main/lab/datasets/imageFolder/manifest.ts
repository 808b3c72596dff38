import { createReadStream } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  imageClassSchema,
  imageManifestHeaderSchema,
  imageManifestName,
  type ImageClass,
  type ImageManifestHeader,
} from '../../../../shared/imageManifest.ts';

/** The manifest in a data set's folder, its root made absolute, line by line: of a million images, a reader may want a few. */
export const readManifest = async (
  folder: string,
): Promise<{ header: ImageManifestHeader; classes: AsyncIterable<ImageClass> }> => {
  const lines = createInterface({ input: createReadStream(join(folder, imageManifestName)), crlfDelay: Infinity });
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const listed = imageManifestHeaderSchema.parse(JSON.parse(first.done === true ? '' : first.value));
  const header = { ...listed, root: isAbsolute(listed.root) ? listed.root : join(folder, listed.root) };
  const classes = async function* (): AsyncGenerator<ImageClass> {
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield imageClassSchema.parse(JSON.parse(next.value));
      }
    } finally {
      lines.close();
    }
  };
  return { header, classes: classes() };
};
