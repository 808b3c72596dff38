import { z } from 'zod';
import { runConfigSchema } from './runConfig.ts';
import type { GroupConfig } from './runConfig.ts';

const { seed: _, ...fields } = runConfigSchema.shape;
const names = Object.keys(fields) as (keyof typeof fields)[];
type Values = { readonly [Name in keyof typeof fields]: GroupConfig[Name][] };

/** Configurations of thousands of groups share most of their values: each value travels, and is looked at, once. */
const packedSchema = z
  .strictObject({
    values: z.strictObject(Object.fromEntries(names.map((name) => [name, z.array(fields[name])]))),
    /** Of each configuration, where its values stand in the lists, in the order of the names. */
    configs: z.array(z.array(z.number().int().min(0)).length(names.length)),
  })
  .refine(
    ({ values, configs }) =>
      configs.every((at) => names.every((name, index) => (at[index] ?? 0) < (values[name]?.length ?? 0))),
    'Every configuration has a value of every name.',
  );

/** Values are told apart as objects are: equal ones of two objects travel twice, which is as right. */
export const packConfigs = (configs: readonly GroupConfig[]): z.input<typeof packedSchema> => {
  const known = new Map(names.map((name) => [name, new Map<unknown, number>()]));
  const at = (name: keyof GroupConfig, value: unknown): number => {
    const values = known.get(name);
    const found = values?.get(value) ?? values?.size ?? 0;
    values?.set(value, found);
    return found;
  };
  const packed = configs.map((config) => names.map((name) => at(name, config[name])));
  const values = Object.fromEntries([...known].map(([name, each]) => [name, [...each.keys()]]));
  return { values: values as z.input<typeof packedSchema>['values'], configs: packed }; // of these very fields
};

/** Configurations from the wire. */
export const configsOnWire = packedSchema.transform(({ values, configs }): GroupConfig[] => {
  const of = values as Values; // its schema was made of these very fields
  return configs.map(
    (at) => Object.fromEntries(names.map((name, index) => [name, of[name][at[index] ?? 0]])) as unknown as GroupConfig,
  );
});
