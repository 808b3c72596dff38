import { z } from 'zod';
import { drawingWishSchema } from '../analyses/drawn.ts';
import { analysisSettingsSchema } from '../analyses/index.ts';
import { axisSchema } from '../experiment.ts';
import { measurementIds } from '../measurements/index.ts';
import { curveMetrics } from '../result.ts';
import { optimizerSchema, seedSchema, sharedConfigSchema } from '../runConfig.ts';

const words = z.string().min(1).max(600);

/** Accuracy in percent; speed on hardware that the source does not name, or only relative to its SAM's; neither where it tells none. */
const publishedSchema = z.strictObject({
  accuracy: z.number(),
  sd: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  speedRatio: z.number().nullable().default(null),
  /** The paper took it from elsewhere. */
  isQuoted: z.boolean(),
});

const armSchema = z.strictObject({
  optimizer: optimizerSchema,
  /** What it goes by where the method's name does not tell it from another arm: "ASAM". */
  label: words.nullable().default(null),
  paper: publishedSchema.nullable(),
  /** The same quantity in another publication. */
  second: z
    .strictObject({
      accuracy: z.number(),
      sd: z.number().nullable(),
      /** Its speed relative to its SAM's. */
      speedRatio: z.number().nullable(),
    })
    .nullable(),
  /** Arms of one name are points of one line. */
  series: z.string().nullable(),
});

/** One network on one data set. */
const rowSchema = z.strictObject({ shared: sharedConfigSchema, arms: z.array(armSchema).min(1) });
export type StudyRow = z.infer<typeof rowSchema>;

/** The published speed of an arm relative to that of SAM beside it; null where the source tells none. */
export const publishedSpeedRatio = ({ arms }: StudyRow, { paper }: StudyRow['arms'][number]): number | null => {
  if (paper === null) return null;
  const sams = arms.find(({ optimizer }) => optimizer.name === 'sam')?.paper?.imagesPerSecond ?? null;
  return paper.imagesPerSecond === null || sams === null ? paper.speedRatio : paper.imagesPerSecond / sams;
};

/** SWP's saving as k₁(1 − β) + k₂(1 − β)/(Nβ). */
export const overheadFitSchema = z.strictObject({ k1: z.number(), k2: z.number(), r2: z.number() });
export type OverheadFit = z.infer<typeof overheadFitSchema>;

const drawingSchema = z.discriminatedUnion('kind', [
  /** A panel a row: speed in percent of SAM's against accuracy; the paper's points hollow. */
  z.strictObject({ kind: z.literal('speed-accuracy') }),
  /** A panel a quantity: a line an arm over epochs. */
  z.strictObject({ kind: z.literal('curves'), metrics: z.array(z.enum(curveMetrics)).min(1) }),
  /** For each arm these panels: a line a quantity over epochs; lines of one name look alike. */
  z.strictObject({
    kind: z.literal('quantities'),
    panels: z
      .array(
        z.strictObject({
          title: z.string().max(60),
          lines: z.array(z.strictObject({ metric: z.enum(measurementIds), name: words })).min(1),
        }),
      )
      .min(1),
  }),
  /** Analyses of the checkpoints of one seed of every arm, side by side on one scale. */
  z.strictObject({ kind: z.literal('analyses'), settings: analysisSettingsSchema, wish: drawingWishSchema }),
  /** Shares of SAM's time that SWP saves, by β: the paper's and ours, a mark for each number of layers, and the fits. */
  z.strictObject({
    kind: z.literal('overhead'),
    paper: z.array(z.strictObject({ layers: z.number().int().min(1), beta: z.number(), saved: z.number() })),
    fit: overheadFitSchema,
  }),
  /** A panel an axis: a line a method through the best of its cells at each value. */
  z.strictObject({ kind: z.literal('sensitivity') }),
  z.strictObject({ kind: z.literal('none') }),
]);

/** A table or figure of a paper as data: what it trains, what it measures, how it is drawn, what the paper found. */
export const studySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
  /** As the paper calls it: "Table 1". */
  item: words,
  title: words,
  description: words,
  /** Whose values its rows tell, where they are not those of the paper that has ESAM: "Becker et al. 2024". */
  source: words.nullable().default(null),
  drawing: drawingSchema,
  rows: z.array(rowSchema),
  axes: z.array(axisSchema),
  seeds: z.array(seedSchema).min(1),
  /** Contradictions in the paper, and whatever else a reader must know. */
  notes: z.array(words),
  /** Why it cannot be trained as in the paper; what its rows say that the paper does not is for the small form alone. */
  missing: words.nullable(),
  /** What the paper says that is not about runs of the lab. */
  facts: z.strictObject({ header: z.array(z.string()), lines: z.array(z.array(z.string())) }).nullable(),
});
export type Study = z.infer<typeof studySchema>;

/** Of whose rows the methods' speeds are measured against each other, and nothing is trained. */
export const isMeasured = ({ drawing }: Study): boolean => drawing.kind === 'overhead';

/** As in the paper, or its design on what the user has: never mixed. */
export const studyForms = ['paper', 'small'] as const;
export type StudyForm = (typeof studyForms)[number];
