/** What a file holds, by its first bytes; its name does not matter. */
const kinds: readonly (readonly [kind: string, isIt: (head: Buffer) => boolean])[] = [
  ['JPEG', (head) => head.readUIntBE(0, 3) === 0xffd8ff],
  ['PNG', (head) => head.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['GIF', (head) => /^GIF8[79]a/.test(head.toString('latin1', 0, 6))],
  ['WebP', (head) => /^RIFF.{4}WEBP/s.test(head.toString('latin1', 0, 12))],
  ['TIFF', (head) => /^(?:II[*+]\0|MM\0[*+])/.test(head.toString('latin1', 0, 4))],
  ['AVIF', (head) => /^.{4}ftyp(?:avif|avis|mif1|msf1)/s.test(head.toString('latin1', 0, 12))],
  // The size of what follows the file header tells a bitmap from a text that begins with "BM".
  [
    'BMP',
    (head) =>
      head.toString('latin1', 0, 2) === 'BM' && [12, 16, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14)),
  ],
  ['PNM', (head) => /^P[1-6](?:\s|#)/.test(head.toString('latin1', 0, 3))],
];

/** So many bytes tell them. */
export const headBytes = 18;

/** The kind of image that a file begins like; null where it is none that the lab reads. @param head - its first bytes, if it has so many. */
export const imageKindOf = (head: Buffer): string | null => {
  const padded = head.length >= headBytes ? head : Buffer.concat([head, Buffer.alloc(headBytes - head.length)]);
  return kinds.find(([, isIt]) => isIt(padded))?.[0] ?? null;
};
