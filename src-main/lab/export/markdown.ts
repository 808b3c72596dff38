import type { ResultsTable } from '../../../shared/result.ts';
import { inSeconds } from '../../../shared/results/formats.ts';
import type { Notation } from '../../../shared/results/formats.ts';
import { textTable } from '../../../shared/results/textTable.ts';
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

/** A Markdown pipe table. */
export const markdown = (table: ResultsTable): string => {
  const { header, lines } = textTable(table, 'paper', notation);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(header), line(header.map((_, column) => (column === 0 ? ':--' : '--:'))), ...lines.map(line)].join('');
};
