/** Advance widths of Inter Regular, in thousandths of the size: from the space (32) to the tilde (126). */
const ascii: readonly number[] = [
  ...[
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620,
  ],
  ...[
    566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903,
  ],
  ...[
    753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612,
  ],
  ...[
    583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426,
  ],
  ...[333, 426, 662],
];
/** Of other letters and signs: Greek, superscripts, mathematics. */
const otherWidth = 640;
/** Inter SemiBold is a little wider. */
const boldFactor = 1.035;

/** How wide a text is in Inter, in the unit of `size`; to place labels without a font at hand. */
export const textWidth = (text: string, size: number, isBold = false): number => {
  const thousandths = Array.from(text).reduce(
    (sum, sign) => sum + (ascii[(sign.codePointAt(0) ?? 0) - 32] ?? otherWidth),
    0,
  );
  return (thousandths / 1000) * size * (isBold ? boldFactor : 1);
};
