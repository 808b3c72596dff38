import { z } from 'zod';
import { distance } from './nearest.ts';
import { runConfigSchema } from './runConfig.ts';
import type { GroupConfig } from './runConfig.ts';
import { alternatives, leavesOf, tagOf } from './settings/leaves.ts';

const allLeaves = leavesOf(runConfigSchema);

/** The values that a setting can have, where they are names; else none. */
export const choicesOf = (path: string): readonly string[] => {
  const named = allLeaves.flatMap(({ path: leafPath, schema }): unknown[] => {
    if (leafPath !== path) return [];
    if (schema instanceof z.ZodEnum) return schema.options;
    return schema instanceof z.ZodLiteral ? [...schema.values] : [];
  });
  return [...new Set(named)].filter((value) => typeof value === 'string');
};

const namesOfChoices = new Set(
  allLeaves.filter(({ schema }) => schema instanceof z.ZodLiteral).map(({ path }) => path),
);

/** Whether a setting's value decides which other settings there are. */
export const choosesSettings = (path: string): boolean => namesOfChoices.has(path);

/** The values that an axis of this setting can have, where they can be told one by one; else none. */
export const axisChoicesOf = (path: string): readonly string[] =>
  allLeaves.some((leaf) => leaf.path === path && leaf.schema instanceof z.ZodBoolean)
    ? ['true', 'false']
    : choicesOf(path);

/** Seeds and methods are chosen in lists of their own; what the data were, nobody chooses. */
const chosenElsewhere = ['seed', 'optimizer.name', 'dataset.identity'];
/** Path → whether it takes one value (not a list). */
const kinds = new Map(
  allLeaves
    .filter(({ path }) => !chosenElsewhere.includes(path))
    .map(({ path, schema }): [string, boolean] => [path, !(schema instanceof z.ZodArray)]),
);

/** Every setting of a run that is chosen by its dotted path. */
export const settingPaths: readonly string[] = [...kinds.keys()];

/** Settings that can be an axis of an experiment. */
export const axisPaths: readonly string[] = settingPaths.filter((path) => kinds.get(path) === true);

const depthOf = (path: string): number => path.split('.').length;

/**
 * The path that a user means: the whole one, its last part where no other as short ends so (`rho`; `gamma` is ESAM's, `examples.gamma`
 * that of composed methods), or what it names (`model`, `rule`); null if none.
 */
export const settingPathOf = (text: string): string | null => {
  if (kinds.has(text)) return text;
  const ends = settingPaths.filter((path) => path.endsWith(`.${text}`)).sort((a, b) => depthOf(a) - depthOf(b));
  const [shortest, next] = ends;
  if (shortest !== undefined && (next === undefined || depthOf(shortest) < depthOf(next))) return shortest;
  const names = settingPaths.filter((path) =>
    [`${text}.id`, `${text}.name`].some((end) => `.${path}`.endsWith(`.${end}`)),
  );
  return names.length === 1 ? (names[0] ?? null) : null;
};

const inListsOfTheirOwn: readonly (readonly [names: readonly string[], what: string])[] = [
  [['seed', 'seeds'], 'seeds have a list of their own: --seeds 0,1,2, or “seeds” in a file'],
  [
    ['method', 'optimizer', 'optimizer.name'],
    'methods have a list of their own: “arms” in a file, each with its settings',
  ],
];

/** What to say of a path that is none, with those that are written most alike. */
export const unknownPath = (text: string): string => {
  const elsewhere = inListsOfTheirOwn.find(([names]) => names.includes(text));
  if (elsewhere !== undefined) return `“${text}” is no setting that can be given here; ${elsewhere[1]}`;
  const last = text.split('.').at(-1) ?? text;
  const distances = settingPaths.map((path): [string, number] => [
    path,
    Math.min(distance(text, path), distance(last, path.split('.').at(-1) ?? path)),
  ]);
  const near = distances.toSorted(([, a], [, b]) => a - b).slice(0, 3);
  return `there is no setting “${text}”; near it are ${near.map(([path]) => path).join(', ')}`;
};

type Plain = Readonly<Record<string, unknown>>;

/** The alternative of a schema that this value follows. */
export const followed = (schema: unknown, value: Plain): z.ZodObject | undefined => {
  const all = alternatives(schema);
  return all.length === 1
    ? all[0]
    : all.find((object) => z.safeParse(object.shape[tagOf(schema)] as z.ZodType, value[tagOf(schema)]).success);
};

/** A configuration with another value of a setting, unchecked; null where its method or schedule has no such setting. */
export const withSetting = (config: GroupConfig, path: string, value: unknown): GroupConfig | null =>
  changed(runConfigSchema, config, path.split('.'), value) as GroupConfig | null;

/** The same for any schema; null where it has no such setting. */
export const changed = (
  schema: unknown,
  config: Plain,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Plain | null => {
  const object = followed(schema, config);
  if (object === undefined || !Object.hasOwn(object.shape, key)) return null;
  // The name of an alternative: what belonged to another one goes.
  if (rest.length === 0 && key === tagOf(schema)) return config[key] === value ? config : named(schema, value);
  if (rest.length === 0) return { ...config, [key]: value };
  const inner = changed(object.shape[key], config[key] as Plain, rest, value);
  return inner === null ? null : { ...config, [key]: inner };
};

/** The alternative of that name with its own defaults; what has none is left for the schema to ask for. */
const named = (schema: unknown, name: unknown): Plain => {
  const start = { [tagOf(schema)]: name };
  const whole = followed(schema, start)?.safeParse(start);
  return whole?.success === true ? whole.data : start;
};
