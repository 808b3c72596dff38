import { z } from 'zod';

/**
 * A data set of image files that stay where they are: the library keeps a list of them. The file's first line is a header; every other
 * line is one class of one half, and their bytes are what the data set's SHA-256 is of.
 */
export const imageManifestName = 'manifest.jsonl';

export const imageManifestHeaderSchema = z.strictObject({
  version: z.literal(1),
  /** The folder that all paths start from, absolute, links resolved. */
  root: z.string().min(1),
  /** Damaged images that the import left out by choice. */
  skipped: z.array(z.string()),
});
export type ImageManifestHeader = z.infer<typeof imageManifestHeaderSchema>;

const count = z.number().int().min(1);

export const imageClassSchema = z.strictObject({
  half: z.enum(['train', 'test']),
  label: z.number().int().min(0).max(65535),
  /** Path of the class's folder in the root, with "/" between names. */
  folder: z.string().min(1),
  /** Path in that folder, width and height in pixels as stored, bytes, and time of the last change in milliseconds. */
  images: z.array(z.tuple([z.string().min(1), count, count, count, z.number().int()])),
});
export type ImageClass = z.infer<typeof imageClassSchema>;

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
