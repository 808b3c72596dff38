/** A label or sentence with a capital where it begins with a word; Greek letters and names like oneDNN stay as they are. */
export const sentenceCase = (text: string): string =>
  /^[a-z]+(?![A-Za-z])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
