/** Kinds of images that the lab does not read, told by their first bytes or, where these say something else, by their names; with what would do. */
const kinds: readonly (readonly [kind: string, name: RegExp, isIt: (head: Buffer) => boolean, advice: string])[] = [
  [
    'a HEIC photograph',
    /\.hei[cf]$/i,
    (head) => /^.{4}ftyp(?:hei[cxms]|hev[cxms])/s.test(head.toString('latin1', 0, 12)),
    'write it as JPEG, as heif-convert (Linux) or sips (macOS) do',
  ],
  [
    'a JPEG XL image',
    /\.jxl$/i,
    (head) => head.readUInt16BE(0) === 0xff0a || head.toString('latin1', 4, 8) === 'JXL ',
    'write it as PNG, as djxl does',
  ],
  [
    'a JPEG 2000 image',
    /\.(?:jp2|j2k|jpx|jpf)$/i,
    (head) => head.readUInt32BE(0) === 0xff4fff51 || head.toString('latin1', 4, 8) === 'jP  ',
    'write it as PNG, as opj_decompress does',
  ],
  [
    'a DICOM image',
    /\.(?:dcm|dicom)$/i,
    (head) => head.toString('latin1', 128, 132) === 'DICM',
    'write it as PNG of 8 or 16 bits with the window that you mean, as with pydicom',
  ],
  [
    'a NIfTI volume',
    /\.nii(?:\.gz)?$/i,
    (head) => /^(?:n\+1|ni1)\0/.test(head.toString('latin1', 344, 348)),
    'write its slices as PNG, as with nibabel',
  ],
  [
    'a camera’s raw photograph',
    /\.(?:dng|cr[23]|nef|arw|orf|rw2|raf|pef|srw)$/i,
    () => false, // most of them begin as TIFF does, and hold a small preview of themselves
    'develop it into a JPEG, PNG or TIFF',
  ],
  ['a Photoshop document', /\.psd$/i, (head) => head.toString('latin1', 0, 4) === '8BPS', 'write it as PNG'],
  ['an OpenEXR image', /\.exr$/i, (head) => head.readUInt32BE(0) === 0x762f3101, 'write it as PNG of 16 bits'],
  [
    'a drawing (SVG)',
    /\.svgz?$/i,
    () => false, // text, which may begin with anything
    'write it as PNG in the size that you mean',
  ],
  ['a Targa image', /\.tga$/i, () => false, 'write it as PNG'],
];

/** So many bytes tell them. */
export const foreignHeadBytes = 348;

/** "a HEIC photograph, which the lab does not read: …"; null of anything else. @param head - the first bytes of the file, if it has so many. */
export const foreignImage = (name: string, head: Buffer): string | null => {
  const padded = head.length >= foreignHeadBytes ? head : Buffer.concat([head, Buffer.alloc(foreignHeadBytes)]);
  const found = kinds.find(([, named, isIt]) => named.test(name) || isIt(padded));
  return found === undefined ? null : `it is ${found[0]}, which the lab does not read: ${found[3]}`;
};

export const isForeignName = (name: string): boolean => kinds.some(([, named]) => named.test(name));
