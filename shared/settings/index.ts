import { runConfigSchema, type GroupConfig } from '../runConfig.ts';
import { valueAt } from '../valueAt.ts';
import { listedSettings } from './listed.ts';
import type { Setting } from './setting.ts';

const byPath = listedSettings(runConfigSchema);
const order = new Map([...byPath.keys()].map((path, position) => [path, position]));

/**
 * Paths of all settings, in the order in which they are listed. Labels, columns, the names of groups and the differences between
 * configurations come from what is told of them where their schemas are defined.
 */
export const settingPaths: readonly string[] = [...byPath.keys()];

/** The setting of a path; one that is not known speaks by its path. */
export const settingOf = (path: string): Setting => byPath.get(path) ?? { label: path, help: '' };

/** A setting's name where there is little room: "ρ", "weight decay". */
export const settingName = (path: string): string => {
  const { label, symbol = label } = settingOf(path);
  return symbol;
};

const sha256 = /^[0-9a-f]{64}$/;

/** A value in words. @param numberText - how numbers are written; exactly where nothing else is said. */
export const settingText = (path: string, value: unknown, numberText: (value: number) => string = String): string => {
  const told = settingOf(path).texts?.[String(value)];
  if (told !== undefined) return told;
  if (value === null) return '–';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string' && sha256.test(value)) return value.slice(0, 8);
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
};

/** The values of a configuration, or of a part of one, by dotted path; in no order. */
export const settingEntries = (config: object): [path: string, value: unknown][] => {
  const found: [string, unknown][] = [];
  const walk = (value: object, prefix: string): void => {
    for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
      const path = prefix + key;
      if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) walk(inner, `${path}.`);
      else found.push([path, inner]);
    }
  };
  walk(config, '');
  return found;
};

/** The same in the order of all settings. */
export const settingValues = (config: object): Map<string, unknown> => {
  const position = (path: string): number => order.get(path) ?? order.size;
  return new Map(settingEntries(config).sort(([a], [b]) => position(a) - position(b)));
};

/**
 * Paths of the settings in which configurations differ; the method itself is left out. A setting that only some of them have differs
 * by its values, not by its absence.
 */
export const differingPaths = (configs: readonly Partial<GroupConfig>[]): string[] => {
  // Thousands of configurations share most of their parts: each part is looked at once.
  const parts = new Map<string, Set<unknown>>();
  for (const config of configs)
    for (const [name, part] of Object.entries(config)) parts.set(name, (parts.get(name) ?? new Set()).add(part));
  const texts = new Map<string, Set<string>>();
  for (const [name, found] of parts) {
    for (const part of found) {
      for (const [path, value] of settingValues({ [name]: part })) {
        texts.set(path, (texts.get(path) ?? new Set()).add(JSON.stringify(value)));
      }
    }
  }
  // What the data were tells nothing more where each data set was one thing only.
  const ids = texts.get('dataset.id')?.size ?? 0;
  const datasets = new Set(configs.flatMap(({ dataset }) => dataset ?? []));
  const sets = new Set(Array.from(datasets, ({ id, identity }) => JSON.stringify([id, identity])));
  // How closely a run was watched makes no other group of it.
  const silent = ['optimizer.name', 'observe', ...(sets.size === ids ? ['dataset.identity'] : [])];
  return [...texts.keys()]
    .filter((path) => !silent.includes(path) && (texts.get(path)?.size ?? 0) > 1)
    .sort((a, b) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size));
};

/** Of these settings, those that a configuration has: name → text, exact unless numbers are to be written otherwise. */
export const namedSettings = (
  config: Partial<GroupConfig>,
  paths: readonly string[],
  numberText?: (value: number) => string,
): Readonly<Record<string, string>> => {
  const isPart = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.fromEntries(
    paths.flatMap((path): [name: string, text: string][] => {
      const value = valueAt(config, path);
      return value === undefined || isPart(value) ? [] : [[settingName(path), settingText(path, value, numberText)]];
    }),
  );
};
