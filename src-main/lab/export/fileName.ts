import { greekNames } from './greek.ts';

/** Room for an ending and for what a name gets while it is written, where file systems take 143 bytes (eCryptfs) or 255. */
const mostBytes = 80;
/** What Windows keeps for devices, whatever ending follows. */
const device = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])$/;

/**
 * What a file of an experiment's results begins with: its name in letters and digits of any script, small, with hyphens between; a lone Greek
 * letter is a symbol, and is written out. Every file system takes it, in normal form C, and no shell reads anything into it.
 * @param names - of the experiments; of several, none is named.
 */
export const fileStem = (names: readonly string[]): string => {
  const [only] = names.length === 1 ? names : [];
  const plain = (only ?? '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/(?<![\p{L}\p{M}])[α-ω](?![\p{L}\p{M}])/gu, (letter) => greekNames[letter] ?? letter)
    .normalize('NFC');
  const words = plain.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const stem = cut(words.join('-')).replace(/-$/, '');
  if (stem === '') return 'esam-lab';
  return device.test(stem) ? `experiment-${stem}` : stem;
};

/** As many whole characters as there is room for, marks with their letters. */
const cut = (text: string): string => {
  let kept = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter('und').segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > mostBytes) break;
    kept += segment;
  }
  return kept;
};
