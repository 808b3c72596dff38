import { z } from 'zod';
import { datasetInfoSchema } from '../dataset.ts';
import { engineIds } from '../engines.ts';
import { experimentSchema } from '../experiment.ts';
import { columns, figureFormats } from '../figures/figure.ts';
import { reportFormats } from '../report.ts';
import { resultsQuerySchema } from '../result.ts';
import { modelIds } from '../runConfig.ts';
import { studyReportSchema, studySummarySchema } from '../studies/report.ts';
import { studyForms, studySchema } from '../studies/study.ts';
import { fileSchema } from '../file.ts';
import { type Contract, nothing } from './contract.ts';

const studyIdSchema = studySchema.shape.id;

/** The paper's tables and figures. */
export const studyApi = {
  /** The paper's tables and figures, and how much of each has been trained here as in the paper. */
  studies: { input: nothing, output: z.array(studySummarySchema) },
  study: { input: z.strictObject({ id: studyIdSchema, form: z.enum(studyForms) }), output: studyReportSchema },
  /**
   * The experiments of an item, to be queued: as in the paper (null), its design on other data, fitted to hours, or the small form that was
   * queued last as it is ("begun"). What has finished is left out when they are queued. Those of an item whose speeds are measured are for `measureSpeed`; what was measured here is left out.
   */
  studyExperiments: {
    input: z.strictObject({
      id: studyIdSchema,
      small: z
        .union([
          z.literal('begun'),
          z.strictObject({
            datasetId: datasetInfoSchema.shape.id,
            model: z.enum(modelIds),
            hours: z.number().gt(0).max(10_000),
            engine: z.enum(engineIds),
            /** Of the networks of an item whose speeds are measured; absent: 256. */
            width: z.number().int().min(1).max(16_384).exactOptional(),
          }),
        ])
        .nullable(),
      /** Of an item whose speeds are measured: also what was measured here. */
      again: z.boolean().optional(),
    }),
    output: z.array(experimentSchema),
  },
  /** Everything about groups of runs, or about an item of the paper and its runs, as one file that needs no other. */
  report: {
    input: z.strictObject({
      about: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('results'), query: resultsQuerySchema }),
        z.strictObject({ kind: z.literal('study'), id: studyIdSchema, form: z.enum(studyForms) }),
      ]),
      format: z.enum(reportFormats),
    }),
    output: fileSchema,
  },
  exportStudy: {
    input: z.strictObject({
      id: studyIdSchema,
      form: z.enum(studyForms),
      format: z.enum(figureFormats),
      column: z.enum(columns),
    }),
    output: fileSchema,
  },
} as const satisfies Contract;
