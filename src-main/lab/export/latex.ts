import type { ResultsTable } from '../../../shared/result.ts';
import { inSeconds } from '../../../shared/results/formats.ts';
import type { Notation } from '../../../shared/results/formats.ts';
import { paperTable } from '../../../shared/results/paperTable.ts';
import type { PaperCell, PaperTable } from '../../../shared/results/paperTable.ts';
import { greekNames } from './greek.ts';
import type { ExportWish } from './index.ts';
import { plainText } from './plainText.ts';
import { siunitxTable } from './siunitx.ts';

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
  '·': '$\\cdot$',
  '⁺': '$^{+}$',
  '⁻': '$^{-}$',
  '†': '$^{\\dagger}$',
  '₁': '$_{1}$',
  '₂': '$_{2}$',
  '±': '$\\pm$',
  '−': '$-$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
  '≈': '$\\approx$',
  '½': '$\\frac{1}{2}$',
  '∞': '$\\infty$',
  '∇': '$\\nabla$',
  '‖': '$\\|$',
  '→': '$\\to$',
  Δ: '$\\Delta$',
  Σ: '$\\Sigma$',
  ...Object.fromEntries(Object.entries(greekNames).map(([letter, name]) => [letter, `$\\${name}$`])),
  ...{ ο: '$o$', ς: '$\\varsigma$' },
};
const special = new Set([...Object.keys(commands), ...['&', '%', '$', '#', '_', '{', '}']]);

/** Characters with a meaning in LaTeX, and those that its fonts for text lack, as commands that print them. */
export const escapeLatex = (text: string): string =>
  plainText(text).replace(/./gsu, (sign) => (special.has(sign) ? (commands[sign] ?? `\\${sign}`) : sign));

const notation: Notation = {
  ...{ escape: escapeLatex, plusMinus: '$\\pm$', percent: '\\%', minus: '$-$', dash: '--' },
  duration: inSeconds,
};

/** Numbers as siunitx reads them; what is no number is escaped where it is printed. */
const plainNotation: Notation = {
  ...{ escape: plainText, plusMinus: '±', percent: '%', minus: '−', dash: '–' },
  duration: inSeconds,
};

/** What a cell prints on one line. */
const cellText = ({ text, below, isBest }: PaperCell): string => {
  const main = isBest ? `\\textbf{${text}}` : text;
  return below === '' ? main : `${main} ${below}`;
};

const plainTable = ({ header, lines }: PaperTable): { columns: string; rows: string[][] } => ({
  columns: header.map(({ isText }) => (isText ? 'l' : 'r')).join(''),
  rows: [header.map(({ text }) => text), ...lines.map((cells) => cells.map(cellText))],
});

/**
 * A booktabs table with a note of what its numbers are; needs `\usepackage{booktabs}`, and where it is asked to align numbers by siunitx,
 * what its first lines name.
 */
export const latex = (table: ResultsTable, { columns: chosen, siunitx }: ExportWish): string => {
  const paper = paperTable(table, siunitx ? plainNotation : notation, chosen);
  const { columns, rows } = siunitx ? siunitxTable(paper, escapeLatex) : plainTable(paper);
  const line = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\\n`;
  const [header = [], ...body] = rows;
  return [
    siunitx
      ? '% \\usepackage{booktabs,etoolbox,siunitx}\n% \\robustify\\bfseries \\sisetup{separate-uncertainty,detect-weight,mode=text}\n'
      : '% \\usepackage{booktabs}\n',
    `\\begin{tabular}{${columns}}\n\\toprule\n`,
    line(header),
    '\\midrule\n',
    ...body.map(line),
    '\\bottomrule\n\\end{tabular}\n',
    ...(paper.notes.length === 0
      ? []
      : [`\n\\smallskip\n{\\footnotesize ${paper.notes.map(escapeLatex).join(' ')}\\par}\n`]),
  ].join('');
};
