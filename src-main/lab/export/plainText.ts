/**
 * Text that shows what it is: control characters and the marks that turn the reading direction, with which a name can pose as
 * another, become spaces; then the ends are trimmed.
 */
export const plainText = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
