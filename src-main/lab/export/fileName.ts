import { greekNames } from './greek.ts';

/** What a file of an experiment's results begins with: its name in letters, digits and hyphens. @param names - of the experiments. */
export const fileStem = (names: readonly string[]): string => {
  const [only] = names.length === 1 ? names : [];
  const stem = (only ?? '')
    .toLowerCase()
    .replace(/[α-ω]/g, (letter) => greekNames[letter] ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return stem === '' ? 'esam-lab' : stem;
};
