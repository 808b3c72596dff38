import { z } from 'zod';

/** A data set of image files that stay where they are: the library keeps a list of them. The file's first line is a header; every other line is one class of one half. */
export const imageManifestName = 'manifest.jsonl';

/** Which numbers of images of so many bits are black and white, where that is not the least and the largest that they can hold. */
const imageValuesSchema = z.strictObject({
  bits: z.union([z.literal(8), z.literal(16)]),
  from: z.number(),
  to: z.number(),
});
export type ImageValues = z.infer<typeof imageValuesSchema>;

export const imageManifestHeaderSchema = z.strictObject({
  /** In version 1, images have no digest, and the set's SHA-256 is of the lines as they stand. */
  version: z.union([z.literal(1), z.literal(2)]),
  /**
   * The folder that all paths start from, links resolved; what of it is no UTF-8 as in `files/byteNames`. Absolute, but for images that the import
   * unpacked: then from the set's own folder, with "/".
   */
  root: z.string().min(1),
  /** Damaged images that the import left out by choice. */
  skipped: z.array(z.string()),
  values: imageValuesSchema.optional(),
});
export type ImageManifestHeader = z.infer<typeof imageManifestHeaderSchema>;

const count = z.number().int().min(1);

const imageEntrySchema = z.union([
  z.tuple([z.string().min(1), count, count, count, z.number().int(), z.string().length(22)]),
  z.tuple([z.string().min(1), count, count, count, z.number().int()]),
]);

export const imageClassSchema = z.strictObject({
  half: z.enum(['train', 'test']),
  label: z.number().int().min(0).max(65535),
  /** Path of the class's folder in the root, with "/" between names; "." = the root itself. */
  folder: z.string().min(1),
  /**
   * Path in that folder, width and height in pixels as stored, bytes, time of the last change in milliseconds, and the first 16 bytes of the
   * file's SHA-256 in base64url. Size and time only help to see quickly that a file has not changed.
   */
  images: z.array(imageEntrySchema),
});
export type ImageClass = z.infer<typeof imageClassSchema>;
export type ImageEntry = ImageClass['images'][number];

/**
 * What a set's SHA-256 is of: for each class of each half its label and its images' digests, in order, and how their numbers are read where not
 * as they are. Null where they have no digests.
 */
export const imageContent = (classes: Iterable<ImageClass>, values: ImageValues | undefined): string | null => {
  const lines: string[] = [];
  for (const { half, label, images } of classes) {
    const digests: string[] = [];
    for (const [, , , , , digest] of images) {
      if (digest === undefined) return null;
      digests.push(digest);
    }
    lines.push(`${half} ${label} ${digests.join(' ')}\n`);
  }
  if (values !== undefined) lines.push(`values ${values.bits} ${values.from} ${values.to}\n`);
  return lines.join('');
};

/** What one image may be; more is a bomb, not a photograph. */
export const maxImagePixels = 1e8;
export const maxImageBytes = 1 << 28;

/** The loaders of libvips that may read images, by what a file holds, not by its name; all others (SVG, PDF …) stay blocked. */
export const imageLoaders = [
  'VipsForeignLoadJpeg',
  'VipsForeignLoadPng',
  'VipsForeignLoadWebp',
  'VipsForeignLoadTiff',
  'VipsForeignLoadNsgif',
  'VipsForeignLoadHeif',
] as const;
