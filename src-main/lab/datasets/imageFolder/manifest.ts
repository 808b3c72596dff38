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

const opened = async (folder: string) => {
  const input = createReadStream(join(folder, imageManifestName));
  const lines = createInterface({ input, crlfDelay: Infinity });
  const close = (): void => {
    lines.close();
    input.destroy(); // long before its end, maybe
  };
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const listed = imageManifestHeaderSchema.parse(JSON.parse(first.done === true ? '' : first.value));
  const header = { ...listed, root: isAbsolute(listed.root) ? listed.root : join(folder, listed.root) };
  return { header, iterator, close };
};

/** The first line of the manifest in a data set's folder, its root made absolute. */
export const readHeader = async (folder: string): Promise<ImageManifestHeader> => {
  const { header, close } = await opened(folder);
  close();
  return header;
};

/** The manifest in a data set's folder, its root made absolute, line by line: of a million images, a reader may want a few. */
export const readManifest = async (
  folder: string,
): Promise<{ header: ImageManifestHeader; classes: AsyncIterable<ImageClass> }> => {
  const { header, iterator, close } = await opened(folder);
  const classes = async function* (): AsyncGenerator<ImageClass> {
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield imageClassSchema.parse(JSON.parse(next.value));
      }
    } finally {
      close();
    }
  };
  return { header, classes: classes() };
};
