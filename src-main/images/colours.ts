import type { Metadata, Sharp } from 'sharp';
import type { ImageValues } from '../../shared/imageManifest.ts';
import type { OpenImage } from './openImage.ts';

export type { Metadata } from 'sharp';

/** Whether there are more channels than the colours need: alpha, or what else a TIFF may carry. */
export const hasExtraChannels = ({ hasAlpha, channels, space }: Metadata): boolean =>
  hasAlpha || (space === 'cmyk' ? channels > 4 : channels !== 1 && channels !== 3);

/**
 * Opens an image's colours as PIL's `convert('RGB')` and with it torchvision gives them: grey becomes RGB where the pixels are written; of
 * CMYK each colour is what its ink and black let through, whatever profile is embedded; alpha and other extra channels are dropped, so that a
 * transparent pixel has the colour that is stored under its transparency.
 * They are dropped here, before anything is resized: libvips multiplies colours by the last channel before it mixes pixels.
 * @param values - of images with so many bits; others are read as they are.
 */
export const openColours = async (bytes: Buffer, openImage: OpenImage, values?: ImageValues): Promise<Sharp> => {
  const metadata = await openImage(bytes).metadata();
  if (metadata.space === 'cmyk') return openInks(bytes, openImage);
  if (values?.bits === (metadata.depth === 'ushort' ? 16 : 8)) return openScaled(bytes, metadata, values, openImage);
  if (!hasExtraChannels(metadata)) return openImage(bytes).toColourspace('srgb');
  const { data, info } = await openImage(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return openImage(data, { width, height, channels });
};

const openScaled = async (
  bytes: Buffer,
  { space }: Metadata,
  { bits, from, to }: ImageValues,
  openImage: OpenImage,
): Promise<Sharp> => {
  const isGrey = space === 'grey16' || space === 'b-w';
  const [plain, depth] =
    bits === 16 ? ([isGrey ? 'grey16' : 'rgb16', 'ushort'] as const) : ([isGrey ? 'b-w' : 'srgb', 'uchar'] as const);
  const { data, info } = await openImage(bytes)
    .removeAlpha()
    .toColourspace(plain)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const numbers = bits === 16 ? new Uint16Array(Uint8Array.from(data).buffer) : data;
  const colours = Uint8ClampedArray.from(numbers, (value) => Math.round((255 * (value - from)) / (to - from)));
  return openImage(Buffer.from(colours.buffer), { width, height, channels }).toColourspace('srgb');
};

const openInks = async (bytes: Buffer, openImage: OpenImage): Promise<Sharp> => {
  const { data, info } = await openImage(bytes)
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info; // a fifth channel and more are no ink
  const colours = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const light = 255 - (data[pixel * channels + 3] ?? 0);
    for (let colour = 0; colour < 3; colour++) {
      const ink = data[pixel * channels + colour] ?? 0;
      colours[pixel * 3 + colour] = Math.round((light * (255 - ink)) / 255);
    }
  }
  return openImage(colours, { width, height, channels: 3 });
};
