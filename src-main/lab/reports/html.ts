import { drawFigure } from '../../../shared/figures/draw.ts';
import type { Figure } from '../../../shared/figures/figure.ts';
import { svg } from '../../../shared/figures/svg.ts';
import { isNumber, unbroken } from './document.ts';
import type { Block, ReportDocument, ReportTable } from './document.ts';
import { plainText } from '../export/plainText.ts';

const escape = (text: string): string =>
  plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Code keeps its lines. */
const escapeLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${escape(line)}`)
    .join('\n');

const style = `
@page { size: A4; margin: 16mm 15mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 820px; padding: 32px 24px 64px; color: #1a1a1f; background: #fff;
  font: 14px/1.5 Inter, "Helvetica Neue", Helvetica, Arial, sans-serif; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid #d9d9e0; break-after: avoid; }
.subtitle, figcaption, caption { color: #5b5b66; }
.note { border-left: 3px solid #b45309; padding: 4px 12px; background: #fff7ed; }
figure { margin: 20px 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figcaption, caption { font-size: 12px; text-align: left; padding: 4px 0; }
caption { caption-side: top; }
.scroll { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; width: 100%; font-size: 11px; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: 4px 6px; text-align: right; vertical-align: top; border-bottom: 1px solid #e6e6ec; }
th { font-weight: 600; border-bottom: 1px solid #1a1a1f; vertical-align: bottom; }
th:first-child, td:first-child, .left { text-align: left; }
dl { display: grid; grid-template-columns: minmax(140px, 1fr) 2.6fr; margin: 8px 0; font-size: 12px; }
dt, dd { margin: 0; padding: 3px 8px 3px 0; border-bottom: 1px solid #e6e6ec; }
dt { color: #5b5b66; }
pre { padding: 10px 12px; background: #f5f5f8; font: 11px/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } .scroll { overflow: visible; } table { font-size: 7.5pt; }
  th, td { padding: 2pt 3pt; } }
`;

const tableOf = ({ caption, header, lines }: ReportTable): string => {
  const left = header.map((_, column) => lines.some((line) => !isNumber(line[column] ?? '')));
  const cell =
    (tag: 'td' | 'th') =>
    (content: string, column: number): string => {
      const scope = tag === 'th' ? ' scope="col"' : '';
      return `<${tag}${scope}${left[column] === true ? ' class="left"' : ''}>${unbroken(escape(content))}</${tag}>`;
    };
  const row = (line: readonly string[], tag: 'td' | 'th'): string => `<tr>${line.map(cell(tag)).join('')}</tr>`;
  // A wide table scrolls, by key too.
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escape(caption)}"><table><caption>${escape(caption)}</caption><thead>${row(header, 'th')}</thead><tbody>${lines
    .map((line) => row(line, 'td'))
    .join('\n')}</tbody></table></div>`;
};

/** A figure inside a page: without its prologue, and with names that no other figure of the page has. */
const inlineSvg = (figure: Figure, number: number): string =>
  svg(drawFigure(figure, 'double'), figure.caption, `figure${number}-`).replace(
    /^<\?xml[^>]*\?>\n<svg /,
    '<svg role="img" ',
  );

const blockOf = (block: Block, index: number): string => {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escape(block.text)}</h2>`;
    case 'text':
      return `<p>${escape(block.text)}</p>`;
    case 'note':
      return `<p class="note">${escape(block.text)}</p>`;
    case 'facts':
      return `<dl>${block.facts.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('\n')}</dl>`;
    case 'table':
      return tableOf(block);
    case 'code':
      return `<pre>${escapeLines(block.text)}</pre>`;
    case 'figure':
      return `<figure>${inlineSvg(block.figure, index)}<figcaption>${escape(block.figure.caption)}</figcaption></figure>`;
  }
};

/** A page that needs nothing but itself, and may load nothing else. */
export const html = ({ title, subtitle, blocks }: ReportDocument): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escape(title)}</title><style>${style}</style></head><body>`,
    `<main><h1>${escape(title)}</h1><p class="subtitle">${escape(subtitle)}</p>`,
    ...blocks.map(blockOf),
    '</main></body></html>\n',
  ].join('\n');
