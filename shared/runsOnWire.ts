import { z } from 'zod';
import { groupHashSchema, runSummarySchema } from './run.ts';
import type { RunSummary } from './run.ts';
import { runConfigSchema, seedSchema } from './runConfig.ts';

const { groupHash: _groupHash, config: _config, ...plain } = runSummarySchema.shape;
const names = Object.keys(plain) as (keyof typeof plain)[];
type Columns = { readonly [Name in keyof typeof plain]: RunSummary[Name][] };

/** A configuration once for all runs of its group, every other field as a column: a tenth of the bytes of 10,000 runs. */
const packedSchema = z
  .strictObject({
    groups: z.array(z.strictObject({ hash: groupHashSchema, config: runConfigSchema })),
    /** Of each run, its group's index, and what of its configuration is its own. */
    group: z.array(z.number().int().min(0)),
    seed: z.array(seedSchema),
    observe: z.array(runConfigSchema.shape.observe),
    columns: z.strictObject(Object.fromEntries(names.map((name) => [name, z.array(plain[name])]))),
  })
  .refine(({ groups, group, seed, observe, columns }) => {
    const isWhole = [seed, observe, ...Object.values(columns)].every(({ length }) => length === group.length);
    return isWhole && group.every((index) => index < groups.length);
  }, 'Every run has a group, a seed and every field.');

/** Runs as they travel, not looked at again: the lab made them. */
export const packRuns = (runs: readonly RunSummary[]): z.output<typeof packedSchema> => {
  const groups = new Map<string, { index: number; config: RunSummary['config'] }>();
  const group = runs.map(({ groupHash, config }) => {
    const known = groups.get(groupHash) ?? { index: groups.size, config };
    groups.set(groupHash, known);
    return known.index;
  });
  return {
    groups: [...groups].map(([hash, { config }]) => ({ hash, config })),
    group,
    seed: runs.map(({ config }) => config.seed),
    observe: runs.map(({ config }) => config.observe),
    columns: Object.fromEntries(names.map((name) => [name, runs.map((run) => run[name])])),
  };
};

const unpack = ({ groups, group, seed, observe, columns }: z.output<typeof packedSchema>): RunSummary[] => {
  const of = columns as Columns; // its schema was made of these very fields
  return group.flatMap((index, run) => {
    const found = groups[index];
    if (found === undefined) return [];
    const fields = Object.fromEntries(names.map((name) => [name, of[name][run]])) as Pick<RunSummary, keyof Columns>;
    return [
      {
        ...fields,
        groupHash: found.hash,
        config: { ...found.config, seed: seed[run] ?? 0, observe: observe[run] ?? 0 },
      },
    ];
  });
};

/** Lists of runs from the wire. */
export const runsOnWire = packedSchema.transform(unpack);
