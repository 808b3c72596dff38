import { z } from 'zod';
import { configsOnWire, packConfigs } from './configsOnWire.ts';
import { groupHashSchema, runSummarySchema } from './run.ts';
import type { RunSummary } from './run.ts';
import { runConfigSchema, seedSchema } from './runConfig.ts';

const { groupHash: _groupHash, config: _config, ...plain } = runSummarySchema.shape;
const names = Object.keys(plain) as (keyof typeof plain)[];
type Plain = Pick<RunSummary, keyof typeof plain>;
/** What every run has stands there once. */
type Column = readonly unknown[] | { readonly all: unknown };

/** A configuration once for all runs of its group, every other field as a column: a tenth of the bytes of 10,000 runs. */
const packedSchema = z
  .strictObject({
    groups: z.array(groupHashSchema),
    configs: configsOnWire,
    /** Of each run, its group's index, and what of its configuration is its own. */
    group: z.array(z.number().int().min(0)),
    seed: z.array(seedSchema),
    observe: z.array(runConfigSchema.shape.observe),
    columns: z.strictObject(
      Object.fromEntries(
        names.map((name) => [name, z.union([z.array(plain[name]), z.strictObject({ all: plain[name] })])]),
      ),
    ),
  })
  .refine(({ groups, configs, group, seed, observe, columns }) => {
    const lists = [seed, observe, ...Object.values(columns).filter((column) => Array.isArray(column))];
    const isWhole = lists.every(({ length }) => length === group.length) && configs.length === groups.length;
    return isWhole && group.every((index) => index < groups.length);
  }, 'Every run has a group, a seed and every field.');

const columnOf = (values: readonly unknown[]): Column =>
  values.length > 0 && values.every((value) => value === values[0]) ? { all: values[0] } : values;

/** Runs as they travel, not looked at again: the lab made them. */
export const packRuns = (runs: readonly RunSummary[]): z.input<typeof packedSchema> => {
  const groups = new Map<string, { index: number; config: RunSummary['config'] }>();
  const group = runs.map(({ groupHash, config }) => {
    const known = groups.get(groupHash) ?? { index: groups.size, config };
    groups.set(groupHash, known);
    return known.index;
  });
  const columns = Object.fromEntries(names.map((name) => [name, columnOf(runs.map((run) => run[name]))]));
  return {
    groups: [...groups.keys()],
    configs: packConfigs([...groups.values()].map(({ config }) => config)),
    group,
    seed: runs.map(({ config }) => config.seed),
    observe: runs.map(({ config }) => config.observe),
    columns: columns as z.input<typeof packedSchema>['columns'], // of these very fields
  };
};

const unpack = ({ groups, configs, group, seed, observe, columns }: z.output<typeof packedSchema>): RunSummary[] => {
  const of = names.map((name) => [name, columns[name] as Column] as const);
  return group.flatMap((index, run) => {
    const [groupHash, config] = [groups[index], configs[index]];
    if (groupHash === undefined || config === undefined) return [];
    const fields: Record<string, unknown> = {};
    for (const [name, column] of of) fields[name] = 'all' in column ? column.all : column[run];
    const own = { seed: seed[run] ?? 0, observe: observe[run] ?? 0 };
    return [{ ...(fields as Plain), groupHash, config: { ...config, ...own } }];
  });
};

/** Lists of runs from the wire. */
export const runsOnWire = packedSchema.transform(unpack);
