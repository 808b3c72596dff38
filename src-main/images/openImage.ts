import { Module, createRequire } from 'node:module';
import type sharpModule from 'sharp';
import type { Sharp } from 'sharp';
import { imageLoaders, maxImagePixels } from '../../shared/imageManifest.ts';

/**
 * Electron on Linux is linked with the system's GLib, whose symbols take the place of those in sharp's own libvips: it floods stderr or
 * crashes, as the system's GLib will have it. There, sharp's build for WebAssembly is taken, which has the same results at half the speed:
 * it is what sharp falls back to where the native build is missing, so that is what it is told.
 * @see https://github.com/lovell/sharp/issues/4522
 */
const hideNativeBuild = (require: NodeJS.Require): void => {
  const native = createRequire(require.resolve('sharp')).resolve(`@img/sharp-linux-${process.arch}/sharp.node`);
  const missing = new Module(native);
  missing.exports = null;
  missing.loaded = true;
  require.cache[native] = missing;
};

const loadSharp = (): typeof sharpModule => {
  const require = createRequire(import.meta.url);
  if ('electron' in process.versions && process.platform === 'linux') hideNativeBuild(require);
  const sharp = require('sharp') as typeof sharpModule;
  sharp.cache(false);
  sharp.concurrency(1); // many images at once are parallel enough
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...imageLoaders] });
  return sharp;
};
let loaded: typeof sharpModule | null = null;

/**
 * Opens an encoded image: its first frame where it has several, as it lies in the file (no turning by EXIF). Loads sharp at the first call.
 * Reading it throws if it is damaged, cut off, larger than an image may be, or of a kind that is not let in.
 */
export const openImage = (bytes: Buffer): Sharp =>
  (loaded ??= loadSharp())(bytes, { failOn: 'error', limitInputPixels: maxImagePixels });
