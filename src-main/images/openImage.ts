import { Module, createRequire } from 'node:module';
import type sharpModule from 'sharp';
import type { Sharp } from 'sharp';
import { LabError } from '../../shared/errors.ts';
import { decodeBmp } from './bmp.ts';
import { headBytes, imageKindOf } from './kinds.ts';
import { decodePnm } from './pnm.ts';
import { imageLoaders, maxImagePixels } from '../../shared/imageManifest.ts';

/**
 * Whether sharp's native build can be used in this process; only its main thread knows. Electron on Linux is linked with the system's GLib,
 * whose symbols take the place of those in sharp's own libvips: it floods stderr or crashes, as the system's GLib will have it. There,
 * sharp's build for WebAssembly is taken, which has the same results at half the speed.
 * @see https://github.com/lovell/sharp/issues/4522
 */
export const canBeNative = (): boolean => !('electron' in process.versions && process.platform === 'linux');

/** Sharp falls back to WebAssembly where the native build is missing, so that is what it is told. */
const hideNativeBuild = (require: NodeJS.Require): void => {
  const native = createRequire(require.resolve('sharp')).resolve(`@img/sharp-linux-${process.arch}/sharp.node`);
  const missing = new Module(native);
  missing.exports = null;
  missing.loaded = true;
  require.cache[native] = missing;
};

/** Lets in the kinds of images that are listed, and no other. */
const shutOthers = (sharp: typeof sharpModule): void => {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...imageLoaders] });
};

const loadSharp = (isNative: boolean, isShut: boolean): typeof sharpModule => {
  const require = createRequire(import.meta.url);
  if (!isNative) hideNativeBuild(require);
  const sharp = require('sharp') as typeof sharpModule;
  sharp.cache(false);
  sharp.concurrency(1); // many images at once are parallel enough
  if (!isShut) shutOthers(sharp);
  return sharp;
};
let loaded: typeof sharpModule | null = null;

/** Pixels uint8 [height, width, channels] in place of an encoded image. */
export interface RawLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
}

/** Opens an encoded image, or raw pixels; reading it throws if it is damaged, cut off, too large, or of a kind that is not let in. */
export type OpenImage = (bytes: Buffer, raw?: RawLayout) => Sharp;

/**
 * Loads sharp at the first call. Of several frames the first is opened, as it lies in the file (no turning by EXIF).
 * @param isShut - another thread has shut out other kinds already. The native build's loaders are the whole process's: shut again, they are
 * shut for all of them for a moment, in which other threads read nothing.
 * @throws LabError DATASET_UNSUPPORTED if sharp cannot be loaded.
 */
export const imageOpener = (isNative = canBeNative(), isShut = false): OpenImage => {
  try {
    const sharp = (loaded ??= loadSharp(isNative, isShut));
    const open = (bytes: Buffer, raw?: RawLayout): Sharp =>
      sharp(bytes, { failOn: 'error', limitInputPixels: maxImagePixels, ...(raw !== undefined && { raw }) });
    return (bytes, raw) => {
      const kind = raw === undefined ? imageKindOf(bytes.subarray(0, headBytes)) : null;
      if (kind !== 'BMP' && kind !== 'PNM') return open(bytes, raw);
      const { pixels, ...layout } = kind === 'BMP' ? decodeBmp(bytes) : decodePnm(bytes); // what libvips has no loader for
      return open(pixels, layout);
    };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `Images cannot be decoded: ${why}. Run npm ci, or install the app again.`,
      {
        cause: error,
      },
    );
  }
};
