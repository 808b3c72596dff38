import type { Verdict } from '../shared/results/formats.ts';

/** Better and worse by sign and shape, never by colour alone. */
export const verdicts: Readonly<Record<Verdict, { readonly mark: string; readonly title: string }>> = {
  better: { mark: '▲', title: 'Better: the 95 % interval lies above 0' },
  worse: { mark: '▼', title: 'Worse: the 95 % interval lies below 0' },
  open: { mark: '○', title: 'Open: the 95 % interval contains 0' },
  doubtful: {
    mark: '⚠',
    title:
      'The runs’ own speed disagrees with the paired one: other programs, or the machine, changed it. Believe the paired one',
  },
};
