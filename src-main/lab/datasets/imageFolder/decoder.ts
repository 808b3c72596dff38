import { imageLoaders, maxImagePixels } from '../../../../shared/imageManifest.ts';

/** Loads sharp, which only image folders need, and lets it read pictures alone. */
const loadSharp = async () => {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...imageLoaders] });
  return (bytes: Buffer) => sharp(bytes, { failOn: 'error', limitInputPixels: maxImagePixels });
};
let loaded: ReturnType<typeof loadSharp> | null = null;

/** Opens an image; its first frame where it has several, as it lies in the file (no turning by EXIF). */
export const openImage = async (bytes: Buffer) => (await (loaded ??= loadSharp()))(bytes);
