import { createHash } from 'node:crypto';
import { cp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { zipOf } from '../bundles/zip.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { decodingPool } from '../../../src-main/trainer/data/imageFiles/decodingPool.ts';
import { readImageDataset } from '../../../src-main/trainer/data/imageFiles/manifest.ts';
import { tiff } from '../../images/tiff.ts';
import { imageFolder, noise, plain, smallFolder, temporaryFolder } from '../../imageFolders.ts';

const small = { width: 4, height: 4, channels: 1, photometric: 1 } as const;
const refusal = (code: string, ...parts: string[]): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(parts.join('.*')) as string });

test('a folder is found out, listed with the sizes as stored, and stays where it is', async () => {
  const images = { ...(await smallFolder()), 'val/cat/deep/er/2.PNG': await plain('red', 9, 5).png().toBuffer() };
  const root = await imageFolder({ ...images, 'train/cat/notes.txt': 'x', 'train/cat/.hidden.jpg': 'x' });
  const folder = await temporaryFolder();
  const library = openLibrary(folder);
  const info = await library.import({ kind: 'auto', paths: [root], name: 'My Pets' });
  expect(info).toMatchObject({
    ...{ id: 'my-pets', storage: 'files', height: 224, width: 224, channels: 3, classNames: ['cat', 'dog'] },
    ...{ trainCount: 3, testCount: 3, classCounts: [2, 1], mean: [0.485, 0.456, 0.406], sd: [0.229, 0.224, 0.225] },
    sizeBytes: Object.values(images).reduce((sum, { length }) => sum + length, 0),
    source: expect.stringMatching(/; 1 other file passed over$/) as string,
  });
  expect((await readdir(join(folder, 'my-pets'))).sort()).toEqual(['dataset.json', 'manifest.jsonl']);
  const manifest = await readFile(join(folder, 'my-pets', 'manifest.jsonl'), 'utf8');
  const [header = '', ...lines] = manifest.trimEnd().split('\n');
  expect(JSON.parse(header)).toEqual({ version: 2, root, skipped: [] });
  const digestOf = (path: string): string =>
    createHash('sha256')
      .update(images[path as keyof typeof images])
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  const content = [
    `train 0 ${digestOf('train/cat/1.jpg')} ${digestOf('train/cat/2.png')}\n`,
    `train 1 ${digestOf('train/dog/1.webp')}\n`,
    `test 0 ${digestOf('val/cat/1.jpg')} ${digestOf('val/cat/deep/er/2.PNG')}\n`,
    `test 1 ${digestOf('val/dog/1.jpeg')}\n`,
  ];
  expect(createHash('sha256').update(content.join('')).digest('hex')).toBe(info.sha256);
  const sizes = lines.map((line) => {
    const { images: entries, ...rest } = JSON.parse(line) as { images: [string, number, number][] };
    return { ...rest, images: entries.map(([name, width, height]) => [name, width, height]) };
  });
  expect(sizes).toEqual([
    { half: 'train', label: 0, folder: 'train/cat', images: [['1.jpg', 40, 30], ['2.png', 17, 90]] }, // prettier-ignore
    { half: 'train', label: 1, folder: 'train/dog', images: [['1.webp', 64, 64]] },
    { half: 'test', label: 0, folder: 'val/cat', images: [['1.jpg', 40, 30], ['deep/er/2.PNG', 9, 5]] }, // prettier-ignore
    { half: 'test', label: 1, folder: 'val/dog', images: [['1.jpeg', 40, 30]] },
  ]);

  expect(openLibrary(folder).list()).toEqual([info]);
  expect(await library.import({ kind: 'imageFolder', paths: [root], name: null })).toEqual(info);
  // Content decides, not date or place: touched, copied and moved it is the same set.
  await utimes(join(root, 'val/cat/1.jpg'), 1, 1);
  expect(await library.import({ kind: 'auto', paths: [root], name: 'Touched' })).toEqual(info);
  const copy = join(await temporaryFolder(), 'copy');
  await cp(root, copy, { recursive: true });
  expect(await library.import({ kind: 'auto', paths: [copy], name: 'A copy' })).toEqual(info);
  const rootNow = async () =>
    JSON.parse((await readFile(join(folder, 'my-pets', 'manifest.jsonl'), 'utf8')).split('\n')[0] ?? '') as unknown;
  expect(await rootNow()).toMatchObject({ root });
  await rm(root, { recursive: true });
  expect(await library.import({ kind: 'auto', paths: [copy], name: null })).toEqual(info);
  expect(await rootNow()).toMatchObject({ root: copy });
  await writeFile(join(copy, 'val/cat/1.jpg'), await plain('green').jpeg().toBuffer());
  const changed = await library.import({ kind: 'auto', paths: [copy], name: 'My Pets' });
  expect(changed.id).toBe('my-pets-2');
  expect(changed.sha256).not.toBe(info.sha256);
});

test('transparency is said in the set’s record, and the preview shows the colours under it', async () => {
  const clear = await sharp({
    create: { width: 40, height: 30, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0 } },
  })
    .png()
    .toBuffer();
  const root = await imageFolder({ ...(await smallFolder()), 'train/cat/0.png': clear });
  const library = openLibrary(await temporaryFolder());
  const { id, source } = await library.import({ kind: 'auto', paths: [root], name: 'pets' });
  expect(source).toContain('1 image with transparency, of which the colours under it count');
  const [first] = await library.preview(id, 1);
  const png = Buffer.from(first?.image.split(',')[1] ?? '', 'base64');
  expect([...(await sharp(png).raw().toBuffer()).subarray(0, 3)]).toEqual([200, 100, 50]);
});

test.each<{ what: string; content: () => Promise<Buffer> | Buffer; says: RegExp }>([
  {
    what: 'floating-point numbers',
    content: () =>
      tiff({ ...small, bits: 32, isFloat: true, pixels: Buffer.from(new Float32Array(16).fill(0.9).buffer) }),
    says: /train\/cat\/0\.tif .*kind “float”/,
  },
  {
    what: 'digits of 0 to 16 in 16 bits, of which nobody says what is white,',
    content: () => tiff({ ...small, bits: 16, pixels: Buffer.from(new Uint16Array(16).fill(16).buffer) }),
    says: /No value in the 1 16-bit image is above 16 of 65,535: .*Say it, as with --range 0\.\.16 /,
  },
])('$what are refused, not trained on as near black', async ({ content, says }) => {
  const root = await imageFolder({ ...(await smallFolder()), 'train/cat/0.tif': await content() });
  const importing = openLibrary(await temporaryFolder()).import({ kind: 'auto', paths: [root], name: null });
  await expect(importing).rejects.toThrow(says);
});

test('a set without a bright image, as of the night sky or of digits of 0 to 16, says so; a single bright one shows that others are dark', async () => {
  const grey = (value: number) =>
    sharp(Buffer.alloc(64, value), { raw: { width: 8, height: 8, channels: 1 } })
      .png()
      .toBuffer();
  const dark = { 'train/a/1.png': await grey(0), 'train/b/1.png': await grey(16), 'val/a/1.png': await grey(1) };
  const imported = async (files: Record<string, Buffer>) =>
    openLibrary(await temporaryFolder()).import({ kind: 'auto', paths: [await imageFolder(files)], name: null });
  expect((await imported(dark)).source).toContain(
    'dark throughout: no value in the 3 8-bit images is above 16 of 255; if 16 or so is white, import them with --range 0..16 ',
  );
  expect((await imported({ ...dark, 'train/b/2.png': await grey(32) })).source).not.toContain('dark');
  const faint = (value: number) =>
    tiff({ ...small, bits: 16, pixels: Buffer.from(new Uint16Array(16).fill(value).buffer) });
  const deep = async (value: number) => ({ ...(await smallFolder()), 'train/cat/0.tif': faint(value) });
  expect((await imported(await deep(16_384))).source).toContain('the 1 16-bit image is above 16,384 of 65,535');
  expect((await imported(await deep(32_768))).source).not.toContain('dark');
});

test.each([
  ['12 bits, as a camera’s', [0, 819, 2048, 4000], 12, 4095],
  ['bytes', [0, 51, 128, 200], 8, 255],
  ['14 bits', [0, 4095, 8192, 16_383], 14, 16_383],
])('16-bit images that hold numbers of %s are shown and trained on as such', async (_, numbers, bits, white) => {
  const of = (some: readonly number[]): Buffer =>
    tiff({
      ...small,
      bits: 16,
      pixels: Buffer.from(Uint16Array.from({ length: 16 }, (_, at) => some[at >> 2] ?? 0).buffer),
    });
  const root = await imageFolder({ 'train/a/0.tif': of(numbers), 'train/b/0.tif': of([1]), 'val/a/0.tif': of([2]) });
  const folder = await temporaryFolder();
  const library = openLibrary(folder);
  const importing = { kind: 'auto', paths: [root], name: 'deep' } as const;
  const info = await library.import(importing);
  expect(info.source).toContain(
    `read as numbers of ${bits} bits, 0 (black) to ${white.toLocaleString('en-US')} (white)`,
  );
  // Four rows of one value each: the number's share of white.
  const expected = numbers.map((value) => Math.round((255 * value) / white));
  const rowsOf = (pixels: Uint8Array, side: number) =>
    [0, 1, 2, 3].map((row) => pixels[3 * (Math.floor(((row + 0.5) * side) / 4) * side + (side >> 1))]);
  const [first] = await library.preview(info.id, 1);
  const shown = sharp(Buffer.from(first?.image.split(',')[1] ?? '', 'base64'));
  expect(rowsOf(await shown.toColourspace('srgb').removeAlpha().raw().toBuffer(), 128)).toEqual(expected);
  const pool = decodingPool(root, 1);
  onTestFinished(() => pool.close());
  const { train } = readImageDataset(info, library.folderOf(info.id));
  const [file] = train.files;
  if (file === undefined) throw new Error('The set has no image.');
  const centre = { left: 0, top: 0, width: 4, height: 4 };
  const decoding = pool.decode([{ place: 0, file, framing: { kind: 'centre', centre, shift: null } }], 4);
  await decoding.done;
  expect(rowsOf(decoding.pixels, 4)).toEqual(expected);

  // Read otherwise, the same images are another set; who knows better says so.
  expect(await library.import(importing)).toEqual(info);
  const dark = await library.import({ ...importing, range: { from: 0, to: 65_535 } });
  expect([dark.id, dark.source.includes('read as')]).toEqual(['deep-2', false]);
  expect(dark.sha256).not.toBe(info.sha256);
  await expect(library.import({ ...importing, range: { from: 0, to: 100 } })).rejects.toThrow(
    /beyond the 100 that was given/,
  );
});

test('of several frames or pages the first counts, and that is said', async () => {
  const frames = await sharp(Buffer.concat([Buffer.alloc(192, 200), Buffer.alloc(192, 50)]), {
    raw: { width: 8, height: 16, channels: 3, pageHeight: 8 },
  })
    .gif({ loop: 0, delay: [100, 100] })
    .toBuffer();
  const library = openLibrary(await temporaryFolder());
  const root = await imageFolder({ ...(await smallFolder()), 'train/cat/0.gif': frames });
  const { id, source } = await library.import({ kind: 'auto', paths: [root], name: null });
  expect(source).toContain('1 image of several frames or pages, of which the first counts');
  const [first] = await library.preview(id, 1);
  const shown = await sharp(Buffer.from(first?.image.split(',')[1] ?? '', 'base64'))
    .raw()
    .toBuffer();
  expect(shown[0]).toBe(200);
});

test.each<[what: string, name: string, head: string, says: RegExp]>([
  ['a telephone’s photograph', '3.HEIC', '\0\0\0\x18ftypheic\0\0\0\0', /3\.HEIC .*HEIC photograph.*heif-convert/],
  ['one that was only renamed', '3.jpg', '\0\0\0\x18ftypheic\0\0\0\0', /3\.jpg .*HEIC photograph/],
  ['a DICOM image without an ending', 'IM0001', `${'\0'.repeat(128)}DICM`, /IM0001 .*DICOM.*pydicom/],
  ['a JPEG 2000 image', '3.jp2', '\0\0\0\x0cjP  \r\n\x87\n', /JPEG 2000/],
  ['a camera’s raw file, which begins as TIFF', '3.NEF', 'MM\0*\0\0\0\x08', /raw photograph.*develop it/],
  [
    'a pointer of Git LFS',
    '3.png',
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\n',
    /3\.png .*git lfs pull/,
  ],
  [
    'a web page in place of an image',
    '3.jpg',
    '<!DOCTYPE html><html><title>404</title>',
    /3\.jpg .*web page.*download it again/,
  ],
])(
  '%s is refused with what it is, in a folder and in an archive, and never passed over',
  async (_, name, head, says) => {
    const files = { ...(await smallFolder()), [`train/cat/${name}`]: Buffer.from(head, 'latin1') };
    const zip = join(await temporaryFolder(), 'set.zip');
    await zipOf(zip, new Map(Object.entries(files)));
    for (const path of [await imageFolder(files), zip]) {
      const importing = { kind: 'auto', paths: [path], name: null } as const;
      const library = openLibrary(await temporaryFolder());
      await expect(library.import(importing)).rejects.toThrow(says);
      const { trainCount, source } = await library.import({ ...importing, onDamaged: 'skip' });
      expect(trainCount).toBe(3);
      expect(source).toContain(`1 damaged image skipped (train/cat/${name}`);
    }
  },
);

test('16-bit images that use their range are taken, also beside darker ones', async () => {
  const of = (value: number) =>
    tiff({ ...small, bits: 16, pixels: Buffer.from(new Uint16Array(16).fill(value).buffer) });
  const files = { ...(await smallFolder()), 'train/cat/0.tif': of(1000), 'train/cat/3.tif': of(51_400) };
  const library = openLibrary(await temporaryFolder());
  const { id } = await library.import({ kind: 'auto', paths: [await imageFolder(files)], name: 'deep' });
  const images = await library.preview(id, 20);
  const cats = await Promise.all(
    images
      .filter(({ label }) => label === 'cat')
      .map(({ image }) =>
        sharp(Buffer.from(image.split(',')[1] ?? '', 'base64'))
          .raw()
          .toBuffer(),
      ),
  );
  expect(cats.map((pixels) => pixels[0])).toContain(200); // 51,400 ÷ 257
});

test('labels follow the sorted names, of more classes than a byte counts', async () => {
  const pixel = await plain('red', 2, 2).png().toBuffer();
  const odd = ['10', '2', 'B', 'a', 'é', 'b c', "o'k"];
  const names = [...odd, ...Array.from({ length: 300 }, (_, index) => `n${index}`)];
  const files = Object.fromEntries(names.map((name) => [`train/${name}/x.png`, pixel]));
  const root = await imageFolder({ ...files, 'test/a/x.png': pixel });
  const info = await openLibrary(await temporaryFolder()).import({ kind: 'auto', paths: [root], name: null });
  expect(info.classNames).toHaveLength(307);
  expect(info.classNames.slice(0, 5)).toEqual(['10', '2', 'B', 'a', 'b c']); // as Python's sorted()
  expect(info.classNames.at(-1)).toBe('é');
  expect(info.testCount).toBe(1);
});

test('the preview shows small squares, classes in turn; an image that is gone is named', async () => {
  const root = await imageFolder(await smallFolder());
  const library = openLibrary(await temporaryFolder());
  const { id } = await library.import({ kind: 'auto', paths: [root], name: null });
  const shown = await library.preview(id, 3);
  expect(shown.map(({ label }) => label)).toEqual(['cat', 'dog', 'cat']);
  const png = Buffer.from((shown[1]?.image ?? '').replace('data:image/png;base64,', ''), 'base64');
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
  const { channels } = await sharp(png).stats();
  expect(channels.slice(0, 3).map(({ mean }) => Math.round(mean / 50))).toEqual([0, 0, 5]); // blue
  await rm(join(root, 'train/dog/1.webp'));
  await expect(library.preview(id, 3)).rejects.toThrow(refusal('DATASET_CORRUPT', 'train/dog/1.webp'));
});

/** A PNG whose header announces 30,000 × 30,000 pixels. */
const bomb = async (): Promise<Buffer> => {
  const bytes = Buffer.from(await plain('red').png().toBuffer());
  bytes.writeUInt32BE(30_000, 16);
  bytes.writeUInt32BE(30_000, 20);
  return bytes;
};
const cut = async (bytes: Promise<Buffer>): Promise<Buffer> => (await bytes).subarray(0, (await bytes).length >> 1);

test.each<{ what: string; content: () => Promise<Buffer> }>([
  { what: 'a JPEG that was cut off', content: () => cut(noise()) },
  {
    what: 'a PNG that was cut off',
    content: () => cut(plain('red', 200, 200).png({ compressionLevel: 0 }).toBuffer()),
  },
  { what: 'a text', content: async () => Buffer.from('no image at all') },
  { what: 'nothing', content: async () => Buffer.alloc(0) },
  { what: 'a drawing that could read other files', content: async () => Buffer.from('<svg width="9" height="9"/>') },
  { what: 'a bomb', content: bomb },
])('$what is named and refuses the folder, or is skipped and counted', async ({ content }) => {
  const root = await imageFolder({ ...(await smallFolder()), 'train/cat/3.jpg': await content() });
  const folder = await temporaryFolder();
  const library = openLibrary(folder);
  const importing = { kind: 'auto', paths: [root], name: 'pets' } as const;
  await expect(library.import(importing)).rejects.toThrow(refusal('DATASET_CORRUPT', 'train/cat/3.jpg', 'skip'));
  expect(await readdir(folder)).toEqual([]);
  const info = await library.import({ ...importing, onDamaged: 'skip' });
  expect(info).toMatchObject({ trainCount: 3, classCounts: [2, 1] });
  expect(info.source).toContain('1 damaged image skipped (train/cat/3.jpg)');
});

test.each<{ what: string; files: Record<string, Buffer | string | null>; without?: string; says: string[] }>([
  { what: 'a class without images', files: { 'train/fox': null }, says: ['train/fox holds no images'] },
  { what: 'a class of other files', files: { 'train/fox/x.txt': '' }, says: ['train/fox holds no images'] },
  {
    what: 'a class that train lacks',
    files: { 'val/fox/1.jpg': '' },
    says: ['val has a class "fox"', 'training folder lacks'],
  },
])('$what is refused and named', async ({ files, says }) => {
  const root = await imageFolder({ ...(await smallFolder()), ...files });
  const importing = openLibrary(await temporaryFolder()).import({ kind: 'auto', paths: [root], name: null });
  await expect(importing).rejects.toThrow(refusal('DATASET_CORRUPT', ...says));
});

test('a class whose images are all damaged cannot be learned, skipped or not', async () => {
  const root = await imageFolder({ ...(await smallFolder()), 'train/fox/1.jpg': 'x' });
  const library = openLibrary(await temporaryFolder());
  const importing = library.import({ kind: 'auto', paths: [root], name: null, onDamaged: 'skip' });
  await expect(importing).rejects.toThrow(refusal('DATASET_CORRUPT', 'Every image of train/fox'));
});

test('links are followed as torchvision follows them; what cannot be followed is named as it is', async () => {
  const outside = await imageFolder(await smallFolder());
  const root = await imageFolder(await smallFolder());
  const library = openLibrary(await temporaryFolder());
  const importing = (path = root) => library.import({ kind: 'auto', paths: [path], name: null });
  await symlink('2.png', join(root, 'train/cat/3.png'));
  await symlink(join(outside, 'train/cat/1.jpg'), join(root, 'train/cat/9.jpg'));
  await symlink(join(outside, 'train/dog'), join(root, 'train/wolf'));
  expect(await importing()).toMatchObject({ classNames: ['cat', 'dog', 'wolf'], classCounts: [4, 1, 1] });
  const linked = await temporaryFolder();
  await symlink(join(root, 'train'), join(linked, 'train'));
  await symlink(join(outside, 'val'), join(linked, 'val'));
  expect(await importing(linked)).toMatchObject({ classCounts: [4, 1, 1] });
  for (const [target, link, says] of [
    ['../../../nowhere.jpg', 'train/cat/x.jpg', 'train/cat/x.jpg is a link that leads nowhere'],
    ['x.jpg', 'train/cat/x.jpg', 'train/cat/x.jpg is a link that leads to itself'],
    ['..', 'train/cat/up', 'train/cat/up.* leads back to a folder that it lies in'],
    ['/dev/zero', 'train/cat/x.jpg', 'train/cat/x.jpg is a link to a pipe, a socket or a device'],
  ] as const) {
    await symlink(target, join(root, link));
    await expect(importing()).rejects.toThrow(refusal('DATASET_CORRUPT', says));
    await rm(join(root, link));
  }
});

test('what systems leave in folders is no class and no image', async () => {
  const junk = ['.DS_Store', 'Thumbs.db', 'desktop.ini', '._1.jpg'].flatMap((name) =>
    ['', 'train/', 'train/cat/', 'val/'].map((at) => `${at}${name}`),
  );
  const folders = [
    '__MACOSX/train/cat/1.jpg',
    'train/.ipynb_checkpoints/1.jpg',
    'train/cat/.ipynb_checkpoints/1.jpg',
    'train/__MACOSX/1.jpg',
    'val/@eaDir/1.jpg',
  ];
  const root = await imageFolder({
    ...(await smallFolder()),
    ...Object.fromEntries([...junk, ...folders].map((path) => [path, 'x'])),
  });
  const info = await openLibrary(await temporaryFolder()).import({ kind: 'auto', paths: [root], name: null });
  expect(info).toMatchObject({ classNames: ['cat', 'dog'], classCounts: [2, 1], testCount: 2 });
  expect(info.source).not.toMatch(/passed over|left aside/);
});

test('names may be in any encoding and normal form', async () => {
  const pixel = await plain('red', 2, 2).png().toBuffer();
  const other = await plain('blue', 2, 2).png().toBuffer();
  const root = await imageFolder({
    'train/caf\u00e9/1.png': pixel,
    'train/x/1.png': other,
    'val/cafe\u0301/1.png': pixel,
  });
  const latin1 = Buffer.concat([Buffer.from(`${root}/train/x/`), Buffer.from('b\u00e4r.png', 'latin1')]);
  await writeFile(latin1, other);
  const library = openLibrary(await temporaryFolder());
  const info = await library.import({ kind: 'auto', paths: [root], name: 'names' });
  expect(info).toMatchObject({ classNames: ['caf\u00e9', 'x'], classCounts: [1, 2], testCount: 1 });
  expect((await library.preview(info.id, 3)).map(({ label }) => label)).toEqual(['caf\u00e9', 'x', 'x']);
});

test('an import that is cancelled ends at once and keeps nothing', async () => {
  const root = await imageFolder(await smallFolder());
  const folder = await temporaryFolder();
  const cancel = new AbortController();
  const importing = openLibrary(folder).import({
    ...{ kind: 'auto', paths: [root], name: null, signal: cancel.signal },
    onProgress: ({ share }) => {
      if (share !== null) cancel.abort();
    },
  });
  await expect(importing).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(await readdir(folder)).toEqual([]);
});

test('a data set of a former version, which said nothing of how it is kept, is read as raw', async () => {
  const folder = await temporaryFolder();
  const root = await imageFolder(await smallFolder());
  const { storage: _, ...former } = await openLibrary(folder).import({ kind: 'auto', paths: [root], name: 'old' });
  const sizes = { 'train-images.u8': 12, 'train-labels.u8': 3, 'test-images.u8': 8, 'test-labels.u8': 2 };
  for (const [name, size] of Object.entries(sizes)) await writeFile(join(folder, 'old', name), Buffer.alloc(size));
  const info = { ...former, height: 2, width: 2, channels: 1 };
  await writeFile(join(folder, 'old', 'dataset.json'), JSON.stringify(info));
  expect(openLibrary(folder).get('old')).toEqual({ ...info, storage: 'raw' });
});
