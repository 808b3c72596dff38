import PDFDocument from 'pdfkit';
import { drawFigure } from '../../../shared/figures/draw.ts';
import { plainText } from '../export/plainText.ts';
import { fonts } from '../figures/fonts.ts';
import { drawScene } from '../figures/pdf.ts';
import { isNumber, unbroken } from './document.ts';
import type { Block, ReportDocument, ReportTable } from './document.ts';

type Page = InstanceType<typeof PDFDocument>;

/** Its letters, but for the one sign that they lack. */
const signs = (text: string): string => plainText(text).replaceAll('∇', 'grad ');

const margin = 50;
const ink = '#1a1a1f';
const faint = '#5b5b66';
const hairline = '#d9d9e0';

/** The report on A4, with page numbers: lines stay lines, texts stay texts. */
export const reportPdf = ({ title, subtitle, blocks }: ReportDocument): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const page = new PDFDocument({
      ...{ size: 'A4', margin, bufferPages: true, font: '' },
      info: { Title: title, Creator: 'ESAM Lab' },
    });
    const pieces: Buffer[] = [];
    page.on('data', (piece: Buffer) => pieces.push(piece));
    page.on('end', () => resolve(Buffer.concat(pieces)));
    page.on('error', reject);
    const { regular, semiBold } = fonts();
    page.registerFont('regular', regular).registerFont('semiBold', semiBold);
    page
      .font('semiBold')
      .fontSize(18)
      .fillColor(ink)
      .text(title, { width: widthOf(page) });
    write(page, subtitle, 9, faint);
    blocks.forEach((block, index) => place(page, block, blocks[index + 1]));
    numberPages(page);
    page.end();
  });

const widthOf = ({ page }: Page): number => page.width - 2 * margin;
const bottomOf = ({ page }: Page): number => page.height - margin;

/** Begins a new page where less than so many points are left. */
const need = (page: Page, points: number): void => {
  if (page.y + points > bottomOf(page)) page.addPage();
};

const write = (page: Page, text: string, size: number, color = ink, font: 'regular' | 'semiBold' = 'regular'): void => {
  page
    .font(font)
    .fontSize(size)
    .fillColor(color)
    .text(signs(text), margin, page.y, { width: widthOf(page) });
  page.moveDown(0.4);
};

const place = (page: Page, block: Block, next: Block | undefined): void => {
  switch (block.kind) {
    case 'heading':
      page.moveDown(0.8);
      need(page, next?.kind === 'figure' ? drawFigure(next.figure, 'double').height + 90 : 80);
      page
        .moveTo(margin, page.y)
        .lineTo(margin + widthOf(page), page.y)
        .lineWidth(0.5)
        .stroke(hairline);
      page.moveDown(0.5);
      return write(page, block.text, 12, ink, 'semiBold');
    case 'text':
      return write(page, block.text, 9);
    case 'note':
      return write(page, `Note: ${block.text}`, 9, '#9a3412');
    case 'facts':
      return block.facts.forEach(([name, value]) => placeFact(page, name, value));
    case 'code':
      block.text.split('\n').forEach((line) => {
        const indent = (/^ */.exec(line)?.[0].length ?? 0) * 4;
        page.font('regular').fontSize(7).fillColor(ink);
        page.text(signs(line) || ' ', margin + indent, page.y, { width: widthOf(page) - indent });
      });
      return void page.moveDown(0.6);
    case 'table':
      return placeTable(page, block);
    case 'figure': {
      const scene = drawFigure(block.figure, 'double');
      need(page, scene.height + 40);
      const top = page.y; // texts of the scene move it
      page.save();
      page.translate(margin + (widthOf(page) - scene.width) / 2, top);
      drawScene(page, scene);
      page.restore();
      page.y = top + scene.height + 6;
      return write(page, block.figure.caption, 8, faint);
    }
  }
};

/** Lines of text that belong beside one another, in columns. @returns the height that they need. */
const heightOf = (page: Page, cells: readonly string[], widths: readonly number[]): number =>
  Math.max(
    ...cells.map((cell, column) => page.heightOfString(cell === '' ? ' ' : cell, { width: (widths[column] ?? 0) - 6 })),
  );

const placeRow = (
  page: Page,
  cells: readonly string[],
  widths: readonly number[],
  alignOf: (column: number) => 'left' | 'right',
): void => {
  const height = heightOf(page, cells, widths);
  const top = page.y;
  let x = margin;
  cells.forEach((cell, column) => {
    const width = widths[column] ?? 0;
    page.text(cell, x + 3, top, { width: width - 6, align: alignOf(column) });
    x += width;
  });
  page.x = margin;
  page.y = top + height + 2;
  page
    .moveTo(margin, page.y)
    .lineTo(margin + widthOf(page), page.y)
    .lineWidth(0.4)
    .stroke(hairline);
  page.y += 3;
};

const placeFact = (page: Page, name: string, value: string): void => {
  const widths = [widthOf(page) * 0.3, widthOf(page) * 0.7];
  page.font('regular').fontSize(8);
  const cells = [signs(name), signs(value)];
  need(page, heightOf(page, cells, widths) + 6);
  page.fillColor(ink);
  placeRow(page, cells, widths, () => 'left');
};

/** Between the texts of two columns. */
const columnGap = 8;
const tableSizes = [7.5, 7, 6.5, 6, 5.5, 5] as const;

/** What columns need so that no word is broken, and what they want so that no line is. */
const needsOf = (page: Page, columns: readonly (readonly string[])[]) => {
  const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => page.widthOfString(text)));
  return columns.map((texts) => {
    const least = widest(texts.flatMap((text) => text.split(' '))) + columnGap;
    return { least, wish: Math.max(least, Math.min(widest(texts), 150) + columnGap) };
  });
};

/** Each column as wide as its longest word needs, the rest by what their lines want; in letters small enough for that. */
const fit = (page: Page, header: readonly string[], lines: readonly (readonly string[])[]) => {
  const columns = header.map((name, column) => [name, ...lines.map((line) => line[column] ?? '')]);
  const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);
  const leastOf = (size: number): number => {
    page.font('semiBold').fontSize(size);
    return total(needsOf(page, columns).map(({ least }) => least));
  };
  const size = tableSizes.find((each) => leastOf(each) <= widthOf(page)) ?? 5;
  page.font('semiBold').fontSize(size);
  const needs = needsOf(page, columns);
  const [least, wish] = [total(needs.map((each) => each.least)), total(needs.map((each) => each.wish))];
  const isRoomy = wish <= widthOf(page) || wish === least;
  const share = isRoomy ? widthOf(page) / wish : (widthOf(page) - least) / (wish - least);
  const widths = needs.map((each) => (isRoomy ? share * each.wish : each.least + share * (each.wish - each.least)));
  return { size, widths };
};

const placeTable = (page: Page, { caption, header, lines }: ReportTable): void => {
  const written = (cell: string): string => unbroken(signs(cell));
  const [names, cells] = [header.map(signs), lines.map((line) => line.map(written))];
  const { size, widths } = fit(page, names, cells);
  const isLeft = header.map((_, column) => column === 0 || cells.some((line) => !isNumber(line[column] ?? '')));
  const alignOf = (column: number): 'left' | 'right' => (isLeft[column] === true ? 'left' : 'right');
  const placeHeader = (): void => {
    page.font('semiBold').fontSize(size).fillColor(ink);
    placeRow(page, names, widths, alignOf);
    page.font('regular').fontSize(size).fillColor(ink);
  };
  page.moveDown(0.4);
  need(page, 70);
  write(page, caption, 8, faint);
  placeHeader();
  for (const line of cells) {
    if (page.y + heightOf(page, line, widths) + 6 > bottomOf(page)) {
      page.addPage();
      placeHeader();
    }
    placeRow(page, line, widths, alignOf);
  }
  page.moveDown(0.5);
};

const numberPages = (page: Page): void => {
  const { start, count } = page.bufferedPageRange();
  for (let index = start; index < start + count; index++) {
    page.switchToPage(index);
    page.page.margins.bottom = 0; // else a line below the margin would begin another page
    page.font('regular').fontSize(8).fillColor(faint);
    page.text(`${index - start + 1} / ${count}`, margin, page.page.height - 34, {
      width: widthOf(page),
      align: 'right',
    });
  }
};
