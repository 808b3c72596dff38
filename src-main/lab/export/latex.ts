import type { ResultsTable } from '../../../shared/result.ts';
import { textTable } from './textTable.ts';

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
  β: '$\\beta$',
  γ: '$\\gamma$',
  ρ: '$\\rho$',
};

/** Characters with a meaning in LaTeX, as commands that print them. */
const escape = (text: string): string =>
  text.replace(/[\\~^<>|"[\]×βγρ&%$#_{}]/g, (sign) => commands[sign] ?? `\\${sign}`);

/** A booktabs table; needs `\usepackage{booktabs}`. */
export const latex = (table: ResultsTable): string => {
  const { header, lines } = textTable(table, { escape, plusMinus: '$\\pm$', percent: '\\%', minus: '$-$', dash: '--' });
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\\n`;
  return [
    `% \\usepackage{booktabs}\n\\begin{tabular}{l${'r'.repeat(header.length - 1)}}\n\\toprule\n`,
    line(header),
    '\\midrule\n',
    ...lines.map(line),
    '\\bottomrule\n\\end{tabular}\n',
  ].join('');
};
