import { z } from 'zod';
import { axisValueSchema, type AxisValue } from './axisValues.ts';
import { fieldWords } from './fieldWords.ts';
import { optimizerSchema, runConfigSchema } from './runConfig.ts';
import type { GroupConfig, OptimizerConfig, SharedConfig } from './runConfig.ts';
import { axisPaths, choosesSettings, settingPaths, unknownPath, withSetting } from './settingPaths.ts';

/** A method of an experiment, and what it has instead of what the others share: dotted path → value (SGD with `epochs` 400). */
export type Arm = OptimizerConfig & { readonly overrides?: Readonly<Record<string, AxisValue>> | undefined };

const overridesSchema = z.record(z.string().max(120), axisValueSchema);
const withOverrides = (method: (typeof optimizerSchema.options)[number]) =>
  method.safeExtend({ overrides: overridesSchema.optional() });
const [first, ...others] = optimizerSchema.options;

/** One of the methods' own schemas, each with overrides beside its settings. */
export const armSchema: z.ZodType<Arm> = z.discriminatedUnion('name', [
  withOverrides(first),
  ...others.map(withOverrides),
]);

/** An arm's method, without what the arm overrides. */
export const optimizerOf = ({ overrides: _, ...optimizer }: Arm): OptimizerConfig => optimizer;

/** What an arm overrides; a choice before the settings that it brings, however they were written. */
export const overridesOf = ({ overrides = {} }: Arm): [path: string, value: AxisValue][] =>
  Object.entries(overrides).toSorted(([a], [b]) => Number(choosesSettings(b)) - Number(choosesSettings(a)));

/** The arm with another override, or without it. */
export const withOverride = (arm: Arm, path: string, value: AxisValue | undefined): Arm => {
  const { [path]: _, ...others } = arm.overrides ?? {};
  const overrides = value === undefined ? others : { ...arm.overrides, [path]: value };
  return Object.keys(overrides).length === 0 ? optimizerOf(arm) : { ...arm, overrides };
};

/** An arm's configuration, unchecked; an override of what there is not is left out. */
export const configOfArm = (shared: SharedConfig, arm: Arm): GroupConfig =>
  overridesOf(arm).reduce<GroupConfig>((config, [path, value]) => withSetting(config, path, value) ?? config, {
    ...shared,
    optimizer: optimizerOf(arm),
  });

/** What is wrong with an arm's overrides, each by its path. @param axes - what is an axis already. */
export const wrongOverrides = (
  shared: SharedConfig,
  arm: Arm,
  axes: readonly string[],
): [path: string, message: string][] => {
  const config = configOfArm(shared, arm);
  return overridesOf(arm).flatMap(([path, value]): [string, string][] => {
    const message = misfitOf(path, axes) ?? wrongValue(config, path, value);
    return message === null ? [] : [[path, message]];
  });
};

const misfitOf = (path: string, axes: readonly string[]): string | null => {
  if (path.startsWith('optimizer.')) return 'is a setting of the method itself: write it beside the method’s name';
  if (axes.includes(path)) return 'is an axis of the experiment: every method takes its values in turn';
  if (axisPaths.includes(path)) return null;
  return settingPaths.includes(path) ? 'is a list, and can only be shared by all methods' : unknownPath(path);
};

const wrongValue = (config: GroupConfig, path: string, value: AxisValue): string | null => {
  const { error } = runConfigSchema.safeParse({ ...config, seed: 0 }, { error: fieldWords });
  const wrong = error?.issues.find((issue) => issue.path.join('.') === path)?.message;
  if (wrong !== undefined) return wrong;
  return withSetting(config, path, value) === null ? 'is a setting that this method has not, as it is set' : null;
};
