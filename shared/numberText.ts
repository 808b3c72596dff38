/** How figures are written for people, alike in the window, its exports, logs and on a terminal. */
let whole: Intl.NumberFormat | null = null; // made when first asked: that takes longer than loading any file

/** "10,000". */
export const countText = (count: number): string => {
  whole ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return whole.format(count);
};

/** "812 kB", "27.4 MB", "1.5 GB": decimal, as sizes are given everywhere. */
export const bytesText = (bytes: number): string => {
  if (bytes < 999_500) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 999_950_000 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
};

/** Values a second: "84.2", "2,139". */
export const rateText = (imagesPerSecond: number): string =>
  imagesPerSecond < 99.95 ? imagesPerSecond.toFixed(1) : countText(imagesPerSecond);

/**
 * A number with so many decimals. Halves go away from zero, as the decimal number of twelve digits has them: 26.325 is 26.33, on whichever
 * side of it the binary number beside it lies.
 */
export const fixedText = (value: number, decimals: number): string => {
  if (!(Math.abs(value) < 1e9)) return value.toFixed(decimals); // twelve digits would not reach the decimals
  const [digits = '', exponent = ''] = Math.abs(value).toExponential(11).split('e');
  const rounded = Math.round(Number(`${digits}e${Number(exponent) + decimals}`));
  const text = Number(`${rounded}e-${decimals}`).toFixed(decimals);
  return value < 0 ? `-${text}` : text;
};

/** A fraction 0–1 in percent, without the sign. */
export const percentText = (fraction: number, decimals = 2): string => fixedText(100 * fraction, decimals);

/** A time in seconds, without the unit: to milliseconds below one second, then to three digits, from ten seconds on to tenths. */
export const secondsText = (ms: number): string => {
  const seconds = ms / 1000;
  return fixedText(seconds, seconds < 0.9995 ? 3 : seconds < 9.995 ? 2 : 1);
};

/** "0.8 s", "12 s", "1 min 40 s", "2 h 05 min". */
export const durationText = (ms: number): string => {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
};

const mostDecimals = 20;

/** Decimals with which a number has so many significant digits, as far as it has decimals. */
export const decimalsFor = (value: number, digits: number): number =>
  value === 0 ? digits - 1 : Math.min(mostDecimals, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
