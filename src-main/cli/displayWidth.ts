let graphemes: Intl.Segmenter | null = null; // made when first needed: that takes long
/** What a terminal draws two cells wide: Unicode's East Asian Width "wide" and "fullwidth", and pictures. */
const wide =
  /^(?![\uff61-\uffdc\u303f])(?:[\p{Script=Han}\p{Script=Hangul}\p{Script=Yi}\p{Script=Bopomofo}\p{Script=Tangut}\u2329\u232a\u2ff0-\u2fff\u3000-\u33ff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const invisible = /^[\p{M}\p{Cf}]+$/u;

/** How many cells of a terminal a text takes: what belongs to one sign (accents, joined pictures) takes no cell of its own. */
export const displayWidth = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += invisible.test(segment) ? 0 : wide.test(segment) ? 2 : 1;
  return width;
};
