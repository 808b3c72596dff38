import { z } from 'zod';
import { annotationChangeSchema, runAnnotationSchema } from '../annotation.ts';
import { type Contract, nothing, runIds } from './contract.ts';

/** What the user says of runs. */
export const annotationApi = {
  /** What the user has said of runs that are not in the trash. */
  annotations: { input: nothing, output: z.array(runAnnotationSchema) },
  annotate: { input: z.strictObject({ runIds, change: annotationChangeSchema }), output: nothing },
} as const satisfies Contract;
