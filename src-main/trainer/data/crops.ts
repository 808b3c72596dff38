import type { RandomStream } from './rng.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of an image's own pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

const ratios = [3 / 4, 4 / 3] as const;
const attempts = 10;

const between = ([from, to]: readonly [number, number], random: RandomStream): number =>
  from + (to - from) * random.uniform();

/**
 * A random part of an image: its share of the area uniform between two given ones, the logarithm of its ratio of width to height uniform on that of
 * 3/4–4/3, its place uniform; after ten that do not fit, the largest centred part whose ratio is within those bounds.
 * @see torchvision's RandomResizedCrop; Szegedy et al. 2015
 */
export const randomRegion = (
  { width, height }: Size,
  areaShare: readonly [least: number, most: number],
  random: RandomStream,
): Region => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const area = width * height * between(areaShare, random);
    const ratio = Math.exp(between([Math.log(ratios[0]), Math.log(ratios[1])], random));
    const wide = Math.round(Math.sqrt(area * ratio));
    const high = Math.round(Math.sqrt(area / ratio));
    if (wide < 1 || high < 1 || wide > width || high > height) continue;
    const top = random.integer(height - high + 1);
    return { left: random.integer(width - wide + 1), top, width: wide, height: high };
  }
  const ratio = Math.min(ratios[1], Math.max(ratios[0], width / height));
  const wide = width / height > ratio ? Math.max(1, Math.round(height * ratio)) : width;
  const high = width / height < ratio ? Math.max(1, Math.round(width / ratio)) : height;
  return { left: (width - wide) >> 1, top: (height - high) >> 1, width: wide, height: high };
};

/** What the whole image is brought to for evaluation, and where the centre of `side` × `side` begins in that. */
export interface CentreCrop extends Size {
  readonly left: number;
  readonly top: number;
}

/** ImageNet's evaluation: the short side becomes 256 where 224 are cut out. */
export const withMargin = 256 / 224;

/**
 * The short side becomes `margin` times `side`, the long one keeps the ratio (rounded down); then the centre is cut out.
 * @see torchvision's Resize and CenterCrop
 */
export const centreCrop = ({ width, height }: Size, side: number, margin: number): CentreCrop => {
  const short = Math.round(side * margin);
  const long = Math.max(short, Math.floor((short * Math.max(width, height)) / Math.min(width, height)));
  const [wide, high] = width <= height ? [short, long] : [long, short];
  return { width: wide, height: high, left: Math.round((wide - side) / 2), top: Math.round((high - side) / 2) };
};
