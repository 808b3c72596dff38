/** What a figure is made of when it is drawn, in points of paper (1/72 inch) from the upper left corner; colours are tones of the ink, or "#rrggbb". */
export interface PathShape {
  readonly kind: 'path';
  /** SVG path data: M, L, C and Z with absolute coordinates. */
  readonly d: string;
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

export interface TextShape {
  readonly kind: 'text';
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly isBold?: boolean;
  /** Turned by 90° against the clock. */
  readonly isUpright?: boolean;
  readonly color: string;
  /** An edge of paper around the letters, so that they are read across lines. */
  readonly hasHalo?: boolean;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Shapes of which only what lies in the box is seen. */
export interface Clipped {
  readonly kind: 'clipped';
  readonly box: Box;
  readonly shapes: readonly (PathShape | TextShape)[];
}

export type Shape = PathShape | TextShape | Clipped;

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** Two decimals: a thousandth of a millimetre on paper. */
const short = (value: number): string => String(Math.round(value * 100) / 100);

/** A polyline; closed where it is an area. */
export const polyline = (points: readonly (readonly [number, number])[], isClosed = false): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('') + (isClosed ? 'Z' : '');

export const segment = (x1: number, y1: number, x2: number, y2: number): string =>
  polyline([
    [x1, y1],
    [x2, y2],
  ]);

export const rectangle = ({ x, y, width, height }: Box): string =>
  polyline(
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ],
    true,
  );
