import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import { drawMark } from '../../../shared/figures/marks/index.ts';
import { textWidth } from '../../../shared/figures/textWidth.ts';
import { curvesFigure } from '../../../src-main/lab/figures/curves.ts';
import { labFile } from '../../../src-main/lab/figures/files.ts';
import { fonts } from '../../../src-main/lab/figures/fonts.ts';
import { speedAccuracyFigure } from '../../../src-main/lab/figures/speedAccuracy.ts';
import { groupCurves } from '../../../src-main/lab/statistics/curves.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import PDFDocument from 'pdfkit';
import { gallery } from '../../shared/figures/gallery.ts';
import { esam, sam, sgd } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

const overEpochs = { axis: 'epoch', relativeTo: null } as const;

const bytesOf = async (format: 'pdf' | 'png' | 'svg' | 'latex' | 'csv', column: 'single' | 'double' = 'single') =>
  Buffer.from((await labFile(gallery(), format, column)).base64, 'base64');

test('PNG has 300 dots an inch, a white ground, and marks in the colours of their methods', async () => {
  const image = sharp(await bytesOf('png'));
  const { width, density } = await image.metadata();
  expect(width).toBe(975); // 3.25 inches
  expect(Math.round(density ?? 0)).toBe(300);
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const colours = new Map<string, number>();
  for (let at = 0; at < data.length; at += info.channels) {
    const colour = data.subarray(at, at + 3).toString('hex');
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  expect(data.subarray(0, 3).toString('hex')).toBe('ffffff');
  for (const colour of ['7f7f7f', '0072b2', 'd55e00', '009e73', 'cc79a7'])
    expect(colours.get(colour) ?? 0).toBeGreaterThan(50);
  // Letters: the text's own colour is there, so the font was.
  expect(colours.get('1a1a1a') ?? 0).toBeGreaterThan(500);
});

test('PDF has the size of the column, embeds its letters and holds lines and text, no picture', async () => {
  const file = (await bytesOf('pdf')).toString('latin1');
  expect(file.startsWith('%PDF-')).toBe(true);
  expect(file).toMatch(/MediaBox \[0 0 234 /);
  expect(file).toMatch(/\/FontFile2/);
  expect(file).not.toMatch(/\/Subtype \/Image/);
  const contents = [...file.matchAll(/\/FlateDecode\n>>\nstream\n([\s\S]*?)\nendstream/g)].map(([, stream]) => {
    try {
      return inflateSync(Buffer.from(stream ?? '', 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  const drawing = contents.find((content) => content.includes(' re') || content.includes('BT')) ?? '';
  expect(drawing).toMatch(/\bTJ\b/); // text
  expect(drawing).toMatch(/ l\n/); // lines
});

test('widths of letters are those of the font that is embedded', () => {
  const page = new PDFDocument({ font: '' });
  page.registerFont('regular', fonts().regular).font('regular').fontSize(1000);
  const sample = 'WRN-28-10 on CIFAR-100, % (0123456789) images/s';
  const apart = Array.from(sample).reduce((sum, sign) => sum + page.widthOfString(sign), 0);
  expect(textWidth(sample, 1000)).toBeCloseTo(apart, -2);
});

test('the figure of a results table shows means, spreads, names and the Pareto front; its data say the same', async () => {
  const groups = [
    groupOf(sgd, [runOf(0, [0.9], { imagesPerSecond: 3000 }), runOf(1, [0.92], { imagesPerSecond: 3200 })]),
    groupOf(sam, [runOf(0, [0.95], { imagesPerSecond: 1500 }), runOf(1, [0.95], { imagesPerSecond: 1500 })]),
    groupOf(esam, [runOf(0, [0.94], { imagesPerSecond: 1400 }), runOf(1, [0.94], { imagesPerSecond: 1400 })]),
  ];
  const figure = speedAccuracyFigure(resultsTable(groups, everyGroup));
  if (figure === null) throw new Error('there are finished runs');
  const series = (figure.panels[0]?.marks ?? []).filter((mark) => mark.kind === 'series');
  const items = series.flatMap((mark) => (mark.name === '' ? mark.items : []));
  // Mean 91, sd √2 (0.01/√½), median speed 3,100 from 3,000 to 3,200.
  expect(items[0]).toMatchObject({ x: 3100, xLow: 3000, xHigh: 3200, label: 'SGD' });
  expect(items[0]?.y).toBeCloseTo(91, 10);
  expect((items[0]?.yHigh ?? 0) - 91).toBeCloseTo(Math.SQRT2, 10);
  // ESAM is slower and worse than SAM: not on the front.
  expect(series[0]?.name).toBe('Pareto front');
  expect(series[0]?.items.map(({ x }) => x)).toEqual([1500, 3100]);
  const data = Buffer.from((await labFile(figure, 'csv', 'single')).base64, 'base64').toString();
  expect(data.split('\r\n')[0]).toBe('panel,kind,series,label,x,x_low,x_high,y,y_low,y_high,value');
  expect(data).toContain(',SGD,3100,3000,3200,91');
  const hostile = { ...figure, panels: figure.panels.map((panel) => ({ ...panel, title: '=1+1' })) };
  const neutral = Buffer.from((await labFile(hostile, 'csv', 'single')).base64, 'base64').toString();
  expect([neutral.includes("'=1+1,"), /^=/m.test(neutral)]).toEqual([true, false]); // no formula in a spreadsheet
  const curves = groupCurves(groups, overEpochs, () => [{ epoch: 1, activeMs: 1000, wallMs: 1100, value: 0.5 }]);
  expect(curvesFigure(curves, { metric: 'testAccuracy', ...overEpochs })?.panels[0]?.marks).toHaveLength(3);
  expect(speedAccuracyFigure(resultsTable([groupOf(sgd, [])], everyGroup))).toBeNull();
});

test('each seed is a dot behind its group, and the paper’s values are hollow, with their source; their data say what they are', async () => {
  const seeds = [runOf(0, [0.95], { imagesPerSecond: 1500 }), runOf(1, [0.96], { imagesPerSecond: 1600 })];
  const groups = [groupOf(sam, seeds), groupOf(sgd, [runOf(0, [0.9], { imagesPerSecond: 3000 })])];
  const query = { ...everyGroup, groupHashes: groups.map(({ hash }) => hash) };
  const table = resultsTable(groups, query, { speeds: { own: [], imported: new Map() }, accuracyAt: () => null });
  const published = [
    {
      ...{
        item: 'Table 1',
        source: 'paper',
        on: 'ResNet-18 on cifar10',
        method: 'sgd' as const,
        accuracy: 95.41,
        sd: 0.03,
      },
      ...{ publishedImagesPerSecond: 3387, speedRatio: 1.97, imagesPerSecond: 3050, differences: ['epochs'] },
    },
  ];
  const figure = speedAccuracyFigure(table, published);
  if (figure === null) throw new Error('there are finished runs');
  const marks = (figure.panels[0]?.marks ?? []).filter((mark) => mark.kind === 'series');
  const dots = marks.filter(({ isSmall }) => isSmall);
  // One run alone is its group's mark already.
  expect(dots.map(({ items }) => items)).toEqual([
    [
      { x: 1500, y: 95, label: 'SAM' },
      { x: 1600, y: 96, label: 'SAM' },
    ],
  ]);
  const hollow = marks.filter(({ isHollow }) => isHollow);
  expect(hollow.map(({ name, items }) => ({ name, items }))).toEqual([
    { name: 'SGD, paper', items: [{ x: 3050, y: 95.41, yLow: 95.41 - 0.03, yHigh: 95.41 + 0.03 }] },
  ]);
  expect(figure.caption).toContain('Dots: single runs.');
  expect(figure.caption).toContain(
    "Hollow: published values (Table 1), at their speed relative to SAM's; the paper's are the best of any epoch",
  );
  expect(figure.caption).toContain('trained otherwise: epochs.');
  const file = async (format: 'csv' | 'svg'): Promise<string> =>
    Buffer.from((await labFile(figure, format, 'single', 'my-study')).base64, 'base64').toString();
  expect((await labFile(figure, 'csv', 'single', 'my-study')).fileName).toBe('my-study-speed-accuracy.csv');
  const data = await file('csv');
  expect(data).toContain('1,run,,SAM,1500,,,95,,,');
  expect(data).toContain('1,published,"SGD, paper",,3050,,,95.41');
  // The name of a group stands at its mark and not at each of its seeds: once in the drawing.
  expect((await file('svg')).match(/>SAM</g)).toHaveLength(1);
});

test('a curve of the figure has a gap where no seed had a finite value, and the caption says so', () => {
  const groups = [groupOf(sam, [runOf(0, [0.9])])];
  const values = [0.5, 0.4, null, 0.3, 0.2];
  const curves = groupCurves(groups, overEpochs, () =>
    values.map((value, index) => ({ epoch: index + 1, activeMs: index, wallMs: index, value })),
  );
  const figure = curvesFigure(curves, { metric: 'testLoss', ...overEpochs });
  if (figure === null) throw new Error('there are finished runs');
  const [mark] = figure.panels[0]?.marks ?? [];
  const items = mark?.kind === 'series' ? mark.items : [];
  expect(items.map(({ x, isAfterGap = false }) => [x, isAfterGap])).toEqual([
    [1, false],
    [2, false],
    [4, true],
    [5, false],
  ]);
  expect(figure.caption).toContain('Gaps: no finite value.');
  const frame = { box: { x: 0, y: 0, width: 9, height: 9 }, x: (x: number) => x, y: (y: number) => y };
  const lines = mark === undefined ? [] : drawMark(mark, frame).flatMap((shape) => ('d' in shape ? [shape] : []));
  expect(lines.filter(({ stroke, dash }) => stroke !== undefined && dash !== undefined).map(({ d }) => d)).toEqual([
    'M1 0.5L2 0.4',
    'M4 0.3L5 0.2',
  ]);
});

test('LaTeX includes the figure at its column, its caption escaped', async () => {
  const text = (await bytesOf('latex', 'double')).toString();
  expect(text).toContain('\\begin{figure*}');
  expect(text).toContain('{gallery}');
  expect(text).toContain('\\& \\textless{}axis\\textgreater{}, $\\beta$ $\\pm$ 0.5 \\%');
});
