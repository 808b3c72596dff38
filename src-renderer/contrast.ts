/** A line is seen from 3 : 1 on (WCAG, graphics); on a dark background thin lines want more. */
const darkContrast = 4.5;

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

const towardsWhite = (color: string, share: number): string => {
  const mixed = channels(color).map((value) => Math.round(255 * (value + (1 - value) * share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
};

/** The colour itself, or with as little white in it as makes it readable on a dark background. */
export const onDark = (color: string, background: string): string => {
  let share = 0;
  while (share < 1 && contrast(towardsWhite(color, share), background) < darkContrast) share += 0.05;
  return towardsWhite(color, Math.min(1, share));
};
