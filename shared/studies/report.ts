import { z } from 'zod';
import { analysisSettingsSchema } from '../analyses/index.ts';
import { runEnvironmentSchema } from '../device.ts';
import { axisValueSchema } from '../axisValues.ts';
import { figureSchema } from '../figures/figure.ts';
import { meanSdSchema, resultsRowSchema } from '../result.ts';
import { runIdSchema } from '../run.ts';
import { overheadFitSchema, studyForms, studySchema } from './study.ts';

const coverageSchema = z.strictObject({
  /** With all their seeds. */
  cellsDone: z.number().int(),
  cells: z.number().int(),
  runsDone: z.number().int(),
  runs: z.number().int(),
  /** For the runs that are missing; null where it is not known for all of them. */
  hoursLeft: z.number().nullable(),
});
export type Coverage = z.infer<typeof coverageSchema>;

const cellSchema = z.strictObject({
  /** "ResNet-18 on CIFAR-10" */
  row: z.string(),
  label: z.string(),
  /** Cells of one name are points of one line. */
  series: z.string().nullable(),
  /** Of each axis of the study, its value: path → value. */
  axisValues: z.record(z.string(), axisValueSchema),
  method: resultsRowSchema.shape.method,
  paper: studySchema.shape.rows.element.shape.arms.element.shape.paper,
  /** The paper's speed relative to its SAM. */
  paperSpeedRatio: z.number().nullable(),
  second: studySchema.shape.rows.element.shape.arms.element.shape.second,
  /** Ours in percent: the best epoch's test accuracy. */
  ours: meanSdSchema,
  n: z.number().int(),
  imagesPerSecond: z.number().nullable(),
  /** Of the runs' own images/s; and measured together, where that was done on this machine. */
  speedRatio: z.number().nullable(),
  pairedSpeed: resultsRowSchema.shape.pairedSpeed,
  /** Ours less the paper's, in points; null where they are not the same experiment. */
  difference: z.number().nullable(),
  /** |difference| ≤ 2·√(sd² of the paper + sd² of ours); null where neither is known. */
  isInside: z.boolean().nullable(),
  /** Our mean against our SAM's, as Table 3 marks it. */
  againstSam: z.enum(['better', 'worse']).nullable(),
  runIds: z.array(runIdSchema),
  seedsDone: z.number().int(),
  /** Seeds whose run diverged: neither done nor missing. */
  diverged: z.number().int(),
  seedsWanted: z.number().int(),
});
export type StudyCell = z.infer<typeof cellSchema>;

const overheadCellSchema = z.strictObject({
  layers: z.number().int(),
  beta: z.number(),
  /** g(N, β): 1 − t(SWP)/t(SAM). */
  paper: z.number().nullable(),
  /** Measured together with SAM, with its 95 % interval. */
  ours: z.strictObject({ saved: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type OverheadCell = z.infer<typeof overheadCellSchema>;

/** How much of SAM's time stochastic weight perturbation saves on deep networks. */
const overheadSchema = z.strictObject({
  cells: z.array(overheadCellSchema),
  /** Units of a layer in ours; null where nothing has been measured. */
  width: z.number().int().nullable(),
  /** Of ours; null where there are too few to fit. */
  fit: overheadFitSchema.nullable(),
  /** How ours were measured, a line for each number of layers. */
  measurements: z.array(
    z.strictObject({
      ...{
        layers: z.number().int(),
        at: z.string(),
        rounds: z.number().int(),
        processes: z.number().int(),
        batchSize: z.number().int(),
      },
      ...{ width: z.number().int(), datasetId: z.string() },
      isNarrow: z.boolean(),
      environment: runEnvironmentSchema,
    }),
  ),
});
export type Overhead = z.infer<typeof overheadSchema>;

export const studySummarySchema = z.strictObject({
  ...studySchema.pick({ id: true, item: true, title: true, missing: true }).shape,
  /** As in the paper. */
  coverage: coverageSchema,
  /** Of the small form that was begun last; null: none was. */
  small: coverageSchema.nullable(),
});

export const studyReportSchema = z.strictObject({
  study: studySchema,
  form: z.enum(studyForms),
  /** What is trained, where that is not what the paper trained. */
  label: z.string(),
  coverage: coverageSchema,
  cells: z.array(cellSchema),
  /** Of a study whose speeds are measured and that trains nothing. */
  overhead: overheadSchema.nullable(),
  figure: figureSchema.nullable(),
  /** Of a study that draws analyses: how many of the trained checkpoints that it needs have been analysed, and those that have not. */
  analyses: z
    .strictObject({
      /** The item's own, or in a small form less. */
      settings: analysisSettingsSchema,
      done: z.number().int().min(0),
      missingRunIds: z.array(runIdSchema),
    })
    .nullable(),
});
export type StudyReport = z.infer<typeof studyReportSchema>;
