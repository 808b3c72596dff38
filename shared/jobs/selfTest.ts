import { z } from 'zod';
import { selfTestMeasurementSchema, selfTestStepsSchema } from '../selfTest.ts';
import { deviceConfigSchema, precisions } from '../runConfig.ts';
import { jobFailedSchema, jobProgressSchema, type JobKind } from './job.ts';

const inputSchema = z.strictObject({
  device: deviceConfigSchema,
  precision: z.enum(precisions),
  /** The compiled TensorFlow binding; null for the other engines. */
  bindingPath: z.string().nullable(),
  /** Timed steps of each network. */
  steps: selfTestStepsSchema,
});

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progressed'), progress: jobProgressSchema }),
  z.strictObject({ type: z.literal('measured'), measurement: selfTestMeasurementSchema }),
  jobFailedSchema,
]);
export type SelfTestInput = z.infer<typeof inputSchema>;
export type SelfTestEvent = z.infer<typeof eventSchema>;

/** Measures one engine in one precision. */
export const selfTestJob: JobKind<SelfTestInput, SelfTestEvent> = {
  name: 'selfTest',
  title: 'self-test',
  input: inputSchema,
  event: eventSchema,
  ends: ['measured', 'failed'],
};
