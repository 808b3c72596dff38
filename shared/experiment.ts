import { z } from 'zod';
import { analysisSettingsSchema } from './analyses/index.ts';
import { axisNames } from './axisNames.ts';
import { armSchema, configOfArm, wrongOverrides, type Arm } from './arm.ts';
import { axisValueSchema, mostAxisValues, parseAxisValues } from './axisValues.ts';
import { counted } from './counted.ts';
import { fieldWords, quoted, readsOn } from './fieldWords.ts';
import { groupedBy } from './groupedBy.ts';
import {
  canonicalJson,
  datasetIdentitySchema,
  datasetIdSchema,
  runConfigSchema,
  seedSchema,
  sharedConfigSchema,
} from './runConfig.ts';
import { countText } from './numberText.ts';
import type { GroupConfig, RunConfig } from './runConfig.ts';
import { controlIn } from './oneLine.ts';
import { placeIdSchema } from './places.ts';
import { axisPaths, choosesSettings, settingPaths, unknownPath, withSetting } from './settingPaths.ts';
import { settingText } from './settings/index.ts';

const mostRuns = 10_000;

interface Setting {
  readonly path: string;
  readonly value: unknown;
}

/** Values as the form and `--sweep` take them, where a file has them as one text: "0.1:0.5:0.1". */
const readValues = (written: unknown, context: z.RefinementCtx): unknown => {
  if (typeof written !== 'string') return written;
  const { values, error } = parseAxisValues(written);
  if (error === null) return values;
  context.addIssue({ code: 'custom', message: error });
  return z.NEVER;
};

/** A setting and the values that it takes in turn. */
export const axisSchema = z.strictObject({
  /** Dotted path in a run's configuration: `optimizer.rho` is each method's own, `epochs` is shared. */
  path: z.string().max(120),
  values: z.preprocess(
    readValues,
    z
      .array(axisValueSchema)
      .min(1, 'give at least one value')
      .max(mostAxisValues, `an axis takes up to ${mostAxisValues} values`),
  ),
});
export type Axis = z.infer<typeof axisSchema>;

/** As experiments are that were checked when they were asked for: every field on its own. */
export const experimentFields = z.strictObject({
  name: z.string().trim().min(1, 'give the experiment a name').max(120),
  shared: sharedConfigSchema,
  arms: z.array(armSchema).min(1, 'choose at least one method').max(100),
  /** Experiments from before there were axes are read as having none. */
  axes: z.array(axisSchema).max(10).default([]),
  seeds: z.array(seedSchema).min(1, 'give at least one seed').max(100),
  /** Leave out runs whose configuration and seed have finished already. */
  skipFinished: z.boolean(),
  /** Measure the methods' speeds against each other before the first run, unless that was done on this machine. */
  measureSpeed: z.boolean().default(true),
  /** What its data sets were when it was queued: id → identity. The lab writes it. */
  data: z.record(datasetIdSchema, datasetIdentitySchema).optional(),
  /** Where its runs are to train; absent: on the lab's own machine. No part of what they are: it is not kept with the experiment. */
  place: placeIdSchema.optional(),
  /** Of which item of the paper it is a part: which network and data set of it, as in the paper or on other data. */
  study: z
    .strictObject({
      ...{ id: z.string().max(80), row: z.number().int().min(0), form: z.enum(['paper', 'small']) },
      /** How its checkpoints are analysed, where that is less than the item asks for. */
      analysis: analysisSettingsSchema.optional(),
    })
    .optional(),
});
export type Experiment = z.infer<typeof experimentFields>;

/** What the user asks for: arms × axes × seeds over one shared configuration. Errors stand at the field that is wrong. */
export const experimentSchema = experimentFields.superRefine((experiment, context) => {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const count = gridSize(experiment);
  if (count > mostRuns) {
    refuse(['axes'], `these would be ${counted(count, 'run')}; an experiment takes up to ${countText(mostRuns)}`);
    return;
  }
  for (const [index, { path, values }] of experiment.axes.entries()) {
    if (!axisPaths.includes(path))
      refuse(
        ['axes', index, 'path'],
        settingPaths.includes(path)
          ? 'is a list, and an axis takes single values: it can only be set'
          : unknownPath(path),
      );
    else if (experiment.axes.findIndex((axis) => axis.path === path) < index)
      refuse(['axes', index, 'path'], `“${nameOf(path)}” is an axis already`);
    else if (
      !path.startsWith('schedule.') &&
      configsBefore(experiment, index).every((config) => withSetting(config, path, values[0]) === null)
    )
      refuse(['axes', index, 'path'], `no method of this experiment has “${nameOf(path)}”`);
  }
  const paths = experiment.axes.map(({ path }) => path);
  for (const [index, arm] of experiment.arms.entries())
    for (const [path, message] of wrongOverrides(experiment.shared, arm, paths))
      refuse(['arms', index, 'overrides', path], message);
  if (context.issues.length > 0) return;
  refuseValues(experiment, refuse);
});

/** One that is asked for now; those of former versions may have names of several lines. */
export const newExperimentSchema = experimentSchema.superRefine(({ name }, context) => {
  const message = controlIn(name);
  if (message !== null) context.addIssue({ code: 'custom', path: ['name'], message });
});

const names = axisNames(axisPaths);
const nameOf = (path: string): string => names.get(path) ?? path;

/** Every value is tried by itself on every method; what makes no sense beside another axis's value, the lab finds in the whole grid. */
const refuseValues = (experiment: Experiment, refuse: (path: (string | number)[], message: string) => void): void => {
  for (const [index, { path, values }] of experiment.axes.entries()) {
    const methods = [...groupedBy(configsBefore(experiment, index), ({ optimizer }) => optimizer.name).values()];
    for (const [at, value] of values.entries()) {
      const issues = methods.flatMap((configs) => wrongEverywhere(configs, path, value) ?? []);
      const [issue] = issues;
      if (issue === undefined) continue;
      const text = settingText(path, value);
      const words = readsOn(issue.message) ? ` ${issue.message}` : `: ${issue.message}`;
      refuse(['axes', index, 'values', at], (text === value ? quoted(text) : text) + words);
    }
  }
};

/** What is wrong with a value, where none of the configurations that have the setting can have it. */
const wrongEverywhere = (configs: readonly GroupConfig[], path: string, value: unknown) => {
  const changed = configs.flatMap((config) => withSetting(config, path, value) ?? []);
  let issue: z.core.$ZodIssue | undefined;
  for (const config of changed) {
    const { error } = runConfigSchema.safeParse({ ...config, seed: 0 }, { error: fieldWords });
    if (error === undefined) return null;
    issue ??= error.issues[0];
  }
  return issue ?? null;
};

/**
 * What an axis may be applied to: one configuration of each method with the same settings, with every choice that an axis before it makes in the same part of the
 * configuration, since a choice brings settings (`optimizer.when.name` random has `optimizer.when.probability`).
 */
const configsBefore = (experiment: Experiment, index: number): GroupConfig[] => {
  const [part] = (experiment.axes[index]?.path ?? '').split('.');
  const choices = experiment.axes
    .slice(0, index)
    .filter(({ path }) => path.startsWith(`${part}.`) && choosesSettings(path));
  const byShape = new Map(experiment.arms.map((arm) => [shapeOf(arm), configOfArm(experiment.shared, arm)]));
  return choices.reduce<GroupConfig[]>(
    (configs, { path, values }) =>
      configs.flatMap((config) => values.map((value) => withSetting(config, path, value) ?? config)),
    [...byShape.values()],
  );
};

/** Whether an axis says something about an arm, be it for a choice that another axis makes. */
export const reachesArm = (experiment: Experiment, axis: Axis, arm: Arm): boolean =>
  configsBefore({ ...experiment, arms: [arm] }, experiment.axes.indexOf(axis)).some(
    (config) => withSetting(config, axis.path, axis.values[0]) !== null,
  );

/** Which settings an arm has: its choices bring them, whatever the values of the others. */
const shapeOf = ({ overrides, ...optimizer }: Arm): string =>
  JSON.stringify(optimizer, (key, value: unknown) =>
    key === 'name' || (typeof value === 'object' && value !== null) ? value : 0,
  ) + canonicalJson(overrides ?? {});

const baseConfigs = ({ shared, arms }: Experiment): GroupConfig[] => arms.map((arm) => configOfArm(shared, arm));

/** Runs of the full grid, before those that are equal are taken together. */
export const gridSize = ({ arms, axes, seeds }: Experiment): number =>
  axes.reduce((product, { values }) => product * values.length, arms.length * seeds.length);

/**
 * The configurations of an experiment without seeds, each once: the first axis outermost, the last one fastest, the arms inside. An axis
 * whose setting an arm does not have leaves that arm as it is.
 */
export function* eachGroup(experiment: Experiment): Generator<GroupConfig> {
  const points = experiment.axes.reduce<readonly (readonly Setting[])[]>(
    (before, { path, values }) => before.flatMap((point) => values.map((value) => [...point, { path, value }])),
    [[]],
  );
  const bases = baseConfigs(experiment);
  const known = new Set<string>();
  for (const point of points) {
    for (const base of bases) {
      const set = point.reduce((config, { path, value }) => withSetting(config, path, value) ?? config, base);
      const config = withData(experiment.data, set);
      const key = canonicalJson(config);
      if (known.has(key)) continue;
      known.add(key);
      yield config;
    }
  }
}

export const expandGroups = (experiment: Experiment): GroupConfig[] => [...eachGroup(experiment)];

/** A configuration with what its data set was. */
const withData = (data: Experiment['data'], config: GroupConfig): GroupConfig => {
  const identity = data?.[config.dataset.id];
  return identity === undefined ? config : { ...config, dataset: { ...config.dataset, identity } };
};

/** The runs of an experiment, each once: seeds outside, then the axes, arms inside, so that an early stop leaves balanced groups. */
export const expand = (experiment: Experiment): RunConfig[] => {
  const groups = expandGroups(experiment);
  return [...new Set(experiment.seeds)].flatMap((seed) => groups.map((group) => ({ ...group, seed })));
};

/** The arm that a configuration of the experiment comes from, whatever its axes made of it. */
export const armOf = (experiment: Experiment, config: GroupConfig): Arm | undefined => {
  const { arms, axes, data } = experiment;
  const withoutAxes = (whole: GroupConfig): string =>
    canonicalJson(axes.reduce<object>((rest, { path }) => without(rest, partOf(path)), withData(data, whole)));
  const bases = baseConfigs(experiment).map(withoutAxes);
  return arms[bases.indexOf(withoutAxes(config))];
};

/** What a choice on an axis changes: the settings of a part (`schedule`), the method's of a part of its own (`optimizer.when`). */
const partOf = (path: string): string[] => path.split('.').slice(0, path.startsWith('optimizer.') ? 2 : 1);

const without = (part: object, [key = '', ...rest]: readonly string[]): object => {
  const inner: unknown = Reflect.get(part, key);
  return {
    ...part,
    [key]: rest.length === 0 || typeof inner !== 'object' || inner === null ? null : without(inner, rest),
  };
};

/** Where the experiment says what a setting of one of its configurations is: at the axis that sets it, else at the method, else in what is shared. */
export const fieldOfSetting = (experiment: Experiment, path: string, config: GroupConfig): string => {
  const axis = experiment.axes.findIndex((candidate) => candidate.path === path);
  if (axis >= 0) return `axes.${axis}.values`;
  const arm = armOf(experiment, config);
  const at = `arms.${arm === undefined ? 0 : experiment.arms.indexOf(arm)}`;
  if (path.startsWith('optimizer.')) return `${at}.${path.slice('optimizer.'.length)}`;
  return arm?.overrides?.[path] === undefined ? `shared.${path}` : `${at}.overrides.${path}`;
};

export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string().min(1),
  /** One sentence: what it shows, and roughly how long it takes. */
  description: z.string().min(1),
  experiment: experimentSchema,
});
export type Preset = z.infer<typeof presetSchema>;
