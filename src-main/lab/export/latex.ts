import type { ResultsTable } from '../../../shared/result.ts';
import { inSeconds } from '../../../shared/results/formats.ts';
import type { Notation } from '../../../shared/results/formats.ts';
import { textTable } from '../../../shared/results/textTable.ts';
import { plainText } from './plainText.ts';

const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  '[': '{[}',
  ']': '{]}',
  '×': '$\\times$',
  Δ: '$\\Delta$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  ρ: '$\\rho$',
  α: '$\\alpha$',
  ε: '$\\epsilon$',
  ζ: '$\\zeta$',
  η: '$\\eta$',
  θ: '$\\theta$',
  λ: '$\\lambda$',
  '·': '$\\cdot$',
  '⁺': '$^{+}$',
  '⁻': '$^{-}$',
  '₁': '$_{1}$',
  '₂': '$_{2}$',
  '±': '$\\pm$',
  '−': '$-$',
};

/** Characters with a meaning in LaTeX, as commands that print them. */
export const escapeLatex = (text: string): string =>
  plainText(text).replace(/[\\~^<>|"[\]×Δβγραεζηθλ·⁺⁻₁₂±−&%$#_{}]/g, (sign) => commands[sign] ?? `\\${sign}`);

const notation: Notation = {
  ...{ escape: escapeLatex, plusMinus: '$\\pm$', percent: '\\%', minus: '$-$', dash: '--' },
  duration: inSeconds,
};

/** A booktabs table; needs `\usepackage{booktabs}`. */
export const latex = (table: ResultsTable): string => {
  const { header, lines } = textTable(table, 'paper', notation);
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\\n`;
  return [
    `% \\usepackage{booktabs}\n\\begin{tabular}{l${'r'.repeat(header.length - 1)}}\n\\toprule\n`,
    line(header),
    '\\midrule\n',
    ...lines.map(line),
    '\\bottomrule\n\\end{tabular}\n',
  ].join('');
};
