/** A line is seen from 3 : 1 on (WCAG, graphics); on a dark background thin lines want more. */
const darkContrast = 4.5;
const lightContrast = 3;

const channels = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);

/** Relative luminance of an sRGB colour "#rrggbb". @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** From 1 (the same) to 21 (black on white). */
export const contrast = (color: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(color), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

/** @param end - 0 = black, 1 = white. */
const towards = (color: string, end: 0 | 1, share: number): string => {
  const mixed = channels(color).map((value) => Math.round(255 * (value + (end - value) * share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
};

const mixedUntilSeen = (color: string, background: string, end: 0 | 1, least: number): string => {
  if (contrast(color, background) >= least) return color;
  let share = 0.05;
  while (share < 1 && contrast(towards(color, end, share), background) < least) share += 0.05;
  return towards(color, end, Math.min(1, share));
};
/** A chart asks for each of its marks, and there are few colours. */
const seen = new Map<string, string>();
const seenOn = (...wish: Parameters<typeof mixedUntilSeen>): string => {
  const key = wish.join(' ');
  const color = seen.get(key) ?? mixedUntilSeen(...wish);
  seen.set(key, color);
  return color;
};

/** The colour itself, or with as little white in it as makes it readable on a dark background. */
export const onDark = (color: string, background: string): string => seenOn(color, background, 1, darkContrast);
/** Less than this on white is a tint, which is meant to stand back. */
const tintContrast = 2;
/** A colour for white paper on a dark background: readable, or as far back as it stood there. */
export const fromPaperToDark = (color: string, background: string): string => {
  const onWhite = contrast(color, '#ffffff');
  if (onWhite >= tintContrast) return onDark(color, background);
  let share = 0;
  while (share < 1 && contrast(towards(color, 0, share), background) > onWhite) share += 0.05;
  return towards(color, 0, Math.min(1, share));
};
/** The colour itself, or with as little black in it as makes it seen on a light background. */
export const onLight = (color: string, background: string): string => seenOn(color, background, 0, lightContrast);
