/** How figures are written for people, alike in the window, its exports, logs and on a terminal. */
let whole: Intl.NumberFormat | null = null; // made when first asked: that takes longer than loading any file

/** "10,000". */
export const countText = (count: number): string => {
  whole ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return whole.format(count);
};

/** Values a second: "84.2", "2,139". */
export const rateText = (imagesPerSecond: number): string =>
  imagesPerSecond < 99.95 ? imagesPerSecond.toFixed(1) : countText(imagesPerSecond);
