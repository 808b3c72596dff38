import { z } from 'zod';
import { configsOnWire, packConfigs } from './configsOnWire.ts';
import { resultsRowSchema, resultsTableSchema } from './result.ts';
import type { ResultsRow, ResultsTable } from './result.ts';

const packedSchema = z
  .strictObject({
    ...resultsTableSchema.shape,
    rows: z.array(resultsRowSchema.omit({ config: true })),
    configs: configsOnWire,
  })
  .refine(({ rows, configs }) => rows.length === configs.length, 'Every row has a configuration.');

export const packResults = ({ rows, ...table }: ResultsTable): z.input<typeof packedSchema> => ({
  ...table,
  rows: rows.map(({ config: _, ...row }) => row),
  configs: packConfigs(rows.map(({ config }) => config)),
});

/** Results from the wire. */
export const resultsOnWire = packedSchema.transform(({ rows, configs, ...table }): ResultsTable => ({
  ...table,
  rows: rows.flatMap((row, index): ResultsRow[] => {
    const config = configs[index];
    return config === undefined ? [] : [{ ...row, config }];
  }),
}));
