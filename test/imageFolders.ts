import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lab-images-'));
  folders.push(folder);
  return folder;
};

/** Writes files into a new temporary folder; null makes an empty folder. */
export const imageFolder = async (files: Readonly<Record<string, Buffer | string | null>>): Promise<string> => {
  const root = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(content === null ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (content !== null) await writeFile(join(root, path), content);
  }
  return root;
};

/** An image of one colour. */
export const plain = (colour: string, width = 40, height = 30) =>
  sharp({ create: { width, height, channels: 3, background: colour } });

/** Red grows with the column from 0 to 255, green with the row: where a pixel came from is written in it. Blue is `blue` everywhere. */
export const ramp = (width: number, height: number, blue = 0) =>
  sharp(
    Buffer.from(
      Array.from({ length: width * height * 3 }, (_, at) => {
        const [column, row] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
        return [Math.round((255 * column) / (width - 1)), Math.round((255 * row) / (height - 1)), blue][at % 3] ?? 0;
      }),
    ),
    { raw: { width, height, channels: 3 } },
  );

/** JPEGs of noise compress badly: cut off in the middle, half of the pixels are missing. */
export const noise = (width = 64, height = 48) =>
  sharp({
    create: { width, height, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 }, background: 'red' },
  })
    .jpeg()
    .toBuffer();

/** A small whole folder: two classes, formats and sizes mixed. */
export const smallFolder = async (): Promise<Record<string, Buffer>> => ({
  'train/cat/1.jpg': await plain('red').jpeg().toBuffer(),
  'train/cat/2.png': await plain('red', 17, 90).png().toBuffer(),
  'train/dog/1.webp': await plain('blue', 64, 64).webp().toBuffer(),
  'val/cat/1.jpg': await plain('red').jpeg().toBuffer(),
  'val/dog/1.jpeg': await plain('blue').jpeg().toBuffer(),
});
