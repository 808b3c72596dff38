import { z } from 'zod';

const text = z.string().max(400);
const finite = z.number();
const color = z.string().regex(/^#[0-9a-f]{6}$/i, 'a colour such as #0072B2');

export const pointShapes = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross', 'crossRot'] as const;

const axisSchema = z.strictObject({
  /** With its unit: "images/s", "test accuracy, %". */
  label: text,
  scale: z.enum(['linear', 'log']).default('linear'),
  /** Null = wherever the marks end, and a little further. */
  min: finite.nullable().default(null),
  max: finite.nullable().default(null),
  /** Of things that are counted: no tick between two whole numbers. */
  isWhole: z.boolean().default(false),
  /** Names of the places 0, 1, 2 … instead of numbers. */
  categories: z.array(text).nullable().default(null),
});
export type Axis = z.infer<typeof axisSchema>;

const itemSchema = z.strictObject({
  x: finite,
  y: finite,
  xLow: finite.optional(),
  xHigh: finite.optional(),
  yLow: finite.optional(),
  yHigh: finite.optional(),
  /** Written beside the mark. */
  label: text.optional(),
  /** Before it lies a place without a value: no line leads here. */
  isAfterGap: z.literal(true).optional(),
});
export type Item = z.infer<typeof itemSchema>;

/** Points, a line through points, or both; low and high are error bars, or a band along the line. */
const seriesSchema = z.strictObject({
  kind: z.literal('series'),
  name: text,
  color,
  /** Null = no line; empty = solid. In points of paper. */
  dash: z.array(z.number().min(0)).max(8).nullable(),
  /** Null = no marks. */
  shape: z.enum(pointShapes).nullable(),
  /** An outline: not ours, but somebody's published value. */
  isHollow: z.boolean().default(false),
  /** Dots behind the marks: single runs; the names of their points are not written. */
  isSmall: z.boolean().default(false),
  isBand: z.boolean().default(false),
  items: z.array(itemSchema).max(100_000),
});
export type Series = z.infer<typeof seriesSchema>;

const gridFields = {
  name: text,
  xs: z.array(finite).min(2).max(501),
  ys: z.array(finite).min(2).max(501),
  /** Row by row from the lowest y; null where the value is not finite. */
  values: z.array(z.array(finite.nullable())),
  /** The ends of the colour scale; the same for all panels that are compared. */
  low: finite,
  high: finite,
};

/** Values over a grid as colours, with lines of equal value. */
const heatSchema = z.strictObject({
  kind: z.literal('heat'),
  ...gridFields,
  contours: z.array(finite).max(50),
});
export type Heat = z.infer<typeof heatSchema>;

/** From where a surface is seen, in degrees: turned about the vertical axis, and from how far above. */
export const viewSchema = z.strictObject({
  azimuth: z.number().min(-360).max(360).default(35),
  elevation: z.number().min(0).max(90).default(28),
});
export type View = z.infer<typeof viewSchema>;

/** Values over a grid as a surface in space; alone in its panel, whose axes it draws itself. */
const surfaceSchema = z.strictObject({ kind: z.literal('surface'), ...gridFields, view: viewSchema });
export type Surface = z.infer<typeof surfaceSchema>;

/** Bars of stacked parts over the x axis' categories. */
const barsSchema = z.strictObject({
  kind: z.literal('bars'),
  parts: z
    .array(z.strictObject({ name: text, color, values: z.array(z.number().min(0)) }))
    .min(1)
    .max(20),
});
export type Bars = z.infer<typeof barsSchema>;

/** A straight line across the panel: a threshold, a baseline. */
const ruleSchema = z.strictObject({ kind: z.literal('rule'), axis: z.enum(['x', 'y']), at: finite, label: text });

const markSchema = z.discriminatedUnion('kind', [seriesSchema, heatSchema, surfaceSchema, barsSchema, ruleSchema]);
export type Mark = z.infer<typeof markSchema>;

const panelSchema = z.strictObject({
  title: text,
  x: axisSchema,
  y: axisSchema,
  marks: z.array(markSchema).max(200),
});
export type Panel = z.infer<typeof panelSchema>;

/** A figure as data: what is drawn on screen, as SVG, PNG and PDF, and written as CSV. */
export const figureSchema = z.strictObject({
  /** Names its files: letters, digits, hyphens. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/),
  /** One sentence below the figure in a paper. */
  caption: z.string().max(2000),
  panels: z.array(panelSchema).min(1).max(12),
});
export type Figure = z.infer<typeof figureSchema>;

/** Width on paper: ICML's column and text width, 3.25 and 6.75 inches. */
export const columnWidths = { single: 234, double: 486 } as const;
export const columns = ['single', 'double'] as const;
export type ColumnWidth = (typeof columns)[number];

export const figureFormats = ['pdf', 'svg', 'png', 'latex', 'csv'] as const;
export type FigureFormat = (typeof figureFormats)[number];
