import PDFDocument from 'pdfkit';
import { onPaper, seenIn } from '../../../shared/figures/ink.ts';
import type { PathShape, Scene, Shape, TextShape } from '../../../shared/figures/scene.ts';
import { rectangle } from '../../../shared/figures/scene.ts';
import { fonts } from './fonts.ts';

type Page = InstanceType<typeof PDFDocument>;

/** Dashes of any number of lengths, which the library's types do not know. */
const setDash = (page: Page, dash: readonly number[]): void => void Reflect.apply(page.dash, page, [dash]);

const onThisPaper = (color: string | undefined): string | undefined =>
  color === undefined ? undefined : seenIn(onPaper, color);

const drawPath = (page: Page, { d, width, dash, opacity, ...colors }: PathShape): void => {
  const [fill, stroke] = [onThisPaper(colors.fill), onThisPaper(colors.stroke)];
  page.path(d).opacity(opacity ?? 1);
  if (stroke !== undefined)
    page
      .lineWidth(width ?? 1)
      .lineJoin('round')
      .strokeColor(stroke);
  if (dash !== undefined && dash.length > 0) setDash(page, dash);
  if (fill !== undefined && stroke !== undefined) page.fillColor(fill).fillAndStroke(fill, stroke);
  else if (fill !== undefined) page.fill(fill);
  else page.stroke();
};

/** Around the letters of a text with a halo, in points. */
const haloWidth = 2;

const drawText = (page: Page, shape: TextShape): void => {
  const { x, y, text, size, anchor, isBold, isUpright, color, hasHalo } = shape;
  page.font(isBold === true ? 'semiBold' : 'regular').fontSize(size);
  const width = page.widthOfString(text);
  const left = anchor === 'start' ? 0 : anchor === 'middle' ? -width / 2 : -width;
  page.translate(x, y);
  if (isUpright === true) page.rotate(-90);
  const options = { lineBreak: false, baseline: 'alphabetic' } as const;
  if (hasHalo === true) {
    page
      .lineWidth(haloWidth)
      .lineJoin('round')
      .strokeColor(onPaper.paper)
      .text(text, left, 0, { ...options, stroke: true, fill: false });
  }
  page.fillColor(seenIn(onPaper, color)).text(text, left, 0, { ...options, fill: true });
};

const draw = (page: Page, shape: Shape): void => {
  page.save();
  if (shape.kind === 'path') drawPath(page, shape);
  else if (shape.kind === 'text') drawText(page, shape);
  else {
    page.path(rectangle(shape.box)).clip();
    shape.shapes.forEach((inner) => draw(page, inner));
  }
  page.restore();
};

/** Draws a scene where the page's origin is. */
export const drawScene = (page: Page, { shapes }: Scene): void => shapes.forEach((shape) => draw(page, shape));

/** A scene as a PDF of one page of its size: lines stay lines, texts stay texts, the letters in use are embedded. */
export const pdf = (scene: Scene, title: string): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const page = new PDFDocument({
      size: [scene.width, scene.height],
      margin: 0,
      info: { Title: title, Creator: 'ESAM Lab' },
      font: '',
    });
    const pieces: Buffer[] = [];
    page.on('data', (piece: Buffer) => pieces.push(piece));
    page.on('end', () => resolve(Buffer.concat(pieces)));
    page.on('error', reject);
    const { regular, semiBold } = fonts();
    page.registerFont('regular', regular).registerFont('semiBold', semiBold);
    drawScene(page, scene);
    page.end();
  });
