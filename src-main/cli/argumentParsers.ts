import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { valueRangeSchema } from '../../shared/dataset.ts';
import { newNameSchema } from '../../shared/oneLine.ts';
import { selfTestStepsSchema } from '../../shared/selfTest.ts';
import { seedSchema } from '../../shared/runConfig.ts';

// What arguments and options are, and what is said of those that are not.

const parseWith =
  <T>(schema: z.ZodType<T>, expected: string) =>
  (text: string): T => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
export const runNumber = parseWith(z.coerce.number().int().min(1), 'the number of a run');
const analysisNumber = parseWith(z.coerce.number().int().min(1), 'the number of an analysis');
export const positive = parseWith(z.coerce.number().int().min(1).max(100000), 'a whole number from 1 on');
export const hours = parseWith(z.coerce.number().gt(0).max(10_000), 'a number of hours above 0');
export const portNumber = parseWith(z.coerce.number().int().min(0).max(65535), 'a port from 0 to 65535');
export const selfTestStepCount = parseWith(
  z.coerce.number().pipe(selfTestStepsSchema),
  'a whole number from 1 to 1000',
);
export const seconds = parseWith(z.coerce.number().min(1).max(3600), 'seconds from 1 to 3600');
export const seeds = parseWith(
  z
    .string()
    .transform((text) => text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))))
    .pipe(z.array(seedSchema).max(100)),
  'whole numbers with commas between, such as 0,1,2',
);
export const newName = parseWith(newNameSchema, 'one line of 1 to 120 visible characters');
export const share = parseWith(z.coerce.number().gt(0).lt(1), 'a share between 0 and 1, such as 0.2');
export const valueRange = parseWith(
  z
    .string()
    .transform((text) => text.split('..').map((part) => (part.trim() === '' ? NaN : Number(part))))
    .pipe(z.tuple([z.number(), z.number()]))
    .transform(([from, to]) => ({ from, to }))
    .pipe(valueRangeSchema),
  'the values of black and white with ".." between, such as 0..1 or -1..1',
);
export const wholeNumber = parseWith(z.coerce.number().pipe(seedSchema), 'a whole number from 0 on');
/** "a,b" as a list. */
export const commaSeparated = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
export const collectText = (value: string, earlier: readonly string[]): string[] => [...earlier, value];
export const collectRuns = (value: string, earlier: readonly number[] = []): number[] => [...earlier, runNumber(value)];
export const collectAnalyses = (value: string, earlier: readonly number[] = []): number[] => [
  ...earlier,
  analysisNumber(value),
];
export const collect = (value: string, earlier: readonly number[]): number[] => [...earlier, positive(value)];

/** Of everything that shows results. */
export const splitConditions = (): Option =>
  new Option(
    '--split-conditions',
    'a row for each of the conditions (threads, processor, engine, library, lab) that runs of a group were trained under',
  );

/** Names of columns of the results, such as "last_test_accuracy,gain_points". */
export const columnIds = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
