import type { ResultsTable } from '../../../shared/result.ts';
import { inSeconds } from '../../../shared/results/formats.ts';
import type { Notation } from '../../../shared/results/formats.ts';
import { paperTable } from '../../../shared/results/paperTable.ts';
import type { PaperCell } from '../../../shared/results/paperTable.ts';
import type { ExportWish } from './index.ts';
import { plainText } from './plainText.ts';

/** Characters that act inside a line of Markdown or HTML, behind a backslash or as entities: a name stays text in every viewer. */
const escape = (text: string): string =>
  plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]!|~$]/g, (sign) => `\\${sign}`)
    .replace(/:\/\/|www\.|@/gi, (link) => link.replace(/./g, (sign) => `&#${sign.charCodeAt(0)};`));

const notation: Notation = {
  ...{ escape, plusMinus: '±', percent: '%', minus: '−', dash: '–' },
  duration: inSeconds,
};

const cellText = ({ text, below, isBest }: PaperCell): string => {
  const main = isBest ? `**${text}**` : text;
  return below === '' ? main : `${main} ${below}`;
};

/** A Markdown pipe table, with a note of what its numbers are. */
export const markdown = (table: ResultsTable, { columns }: ExportWish): string => {
  const { header, lines, notes } = paperTable(table, notation, columns);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [
    line(header.map(({ text }) => text)),
    line(header.map(({ isText }) => (isText ? ':--' : '--:'))),
    ...lines.map((cells) => line(cells.map(cellText))),
    ...(notes.length === 0 ? [] : [`\n${notes.map(escape).join(' ')}\n`]),
  ].join('');
};
