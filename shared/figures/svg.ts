import { ink, onPaper, seenIn, type Tones } from './ink.ts';
import { rectangle } from './scene.ts';
import type { PathShape, Scene, Shape, TextShape } from './scene.ts';

const fontFamily = 'Inter, Helvetica, Arial, sans-serif';

/** Text that XML takes as text: its signs as entities, control characters and marks that turn the reading direction as spaces. */
const escape = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

type Value = string | number | undefined;
const attributes = (values: Readonly<Record<string, Value>>): string =>
  Object.entries(values)
    .map(([name, value]) =>
      value === undefined ? '' : ` ${name}="${typeof value === 'number' ? round(value) : escape(value)}"`,
    )
    .join('');
const round = (value: number): number => Math.round(value * 100) / 100;

const pathOf = ({ d, fill, stroke, width, dash, opacity }: PathShape, tones: Tones): string =>
  `<path${attributes({
    ...{ d, fill: fill === undefined ? 'none' : seenIn(tones, fill) },
    ...{ stroke: stroke === undefined ? undefined : seenIn(tones, stroke), 'stroke-width': width, opacity },
    'stroke-dasharray': dash === undefined || dash.length === 0 ? undefined : dash.join(' '),
    'stroke-linejoin': stroke === undefined ? undefined : 'round',
  })}/>`;

const textOf = ({ x, y, text, size, anchor, isBold, isUpright, color, hasHalo }: TextShape, tones: Tones): string => {
  const place = isUpright === true ? { transform: `translate(${round(x)} ${round(y)}) rotate(-90)` } : { x, y };
  const edge = { stroke: tones.paper, 'stroke-width': 2, 'stroke-linejoin': 'round', 'paint-order': 'stroke' };
  return `<text${attributes({
    ...place,
    ...{ 'font-size': size, 'text-anchor': anchor, fill: seenIn(tones, color) },
    'font-weight': isBold === true ? 600 : undefined,
    ...(hasHalo === true ? edge : {}),
  })}>${escape(text)}</text>`;
};

/**
 * A scene as an SVG file, on white paper unless other tones are given; texts stay texts.
 * @param prefix - of the names in it, where it stands in a page beside others.
 */
export const svg = ({ width, height, shapes }: Scene, title: string, prefix = '', tones = onPaper): string => {
  let clips = 0;
  const write = (shape: Shape): string => {
    if (shape.kind === 'path') return pathOf(shape, tones);
    if (shape.kind === 'text') return textOf(shape, tones);
    const id = `${prefix}clip${(clips += 1)}`;
    const path = `<clipPath id="${id}"><path d="${rectangle(shape.box)}"/></clipPath>`;
    return `${path}<g clip-path="url(#${id})">${shape.shapes.map(write).join('\n')}</g>`;
  };
  const [w, h] = [round(width), round(height)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}pt" height="${h}pt" viewBox="0 0 ${w} ${h}" font-family="${fontFamily}">`,
    `<title>${escape(title)}</title>`,
    pathOf({ kind: 'path', d: rectangle({ x: 0, y: 0, width, height }), fill: ink.paper }, tones),
    ...shapes.map(write),
    '</svg>\n',
  ].join('\n');
};
