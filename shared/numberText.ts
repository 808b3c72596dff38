/** How figures are written for people, alike in the window, its exports, logs and on a terminal. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** "10,000". */
export const countText = (count: number): string => whole.format(count);

/** Values a second: "84.2", "2,139". */
export const rateText = (imagesPerSecond: number): string =>
  imagesPerSecond < 99.95 ? imagesPerSecond.toFixed(1) : whole.format(imagesPerSecond);
