import type { Metadata, Sharp } from 'sharp';
import type { OpenImage } from './openImage.ts';

export type { Metadata } from 'sharp';

/** Whether there are more channels than the colours need: alpha, or what else a TIFF may carry. */
export const hasExtraChannels = ({ hasAlpha, channels, space }: Metadata): boolean =>
  hasAlpha || (space === 'cmyk' ? channels > 4 : channels !== 1 && channels !== 3);

/**
 * Opens an image's colours: grey and CMYK become RGB where the pixels are written, alpha and other extra channels are dropped, so that a
 * transparent pixel has the colour that is stored under its transparency, as PIL's `convert('RGB')` and with it torchvision does.
 * They are dropped here, before anything is resized: libvips multiplies colours by the last channel before it mixes pixels.
 */
export const openColours = async (bytes: Buffer, openImage: OpenImage): Promise<Sharp> => {
  if (!hasExtraChannels(await openImage(bytes).metadata())) return openImage(bytes).toColourspace('srgb');
  const { data, info } = await openImage(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return openImage(data, { width, height, channels });
};
