import type { Experiment } from './experiment.ts';
import { choicesOf } from './settingPaths.ts';
import { settingOf } from './settings/index.ts';

/** What the parts of an experiment are that are no settings. */
const parts: Readonly<Record<string, string>> = {
  name: 'What it is called in the lab.',
  shared: 'What all methods share.',
  arms: 'The methods that are compared, each with settings of its own; "overrides" beside them, as { "epochs": 60 }, is what it has instead of what all share.',
  axes: 'Settings that take several values, each with each: { "path": "optimizer.rho", "values": [0.05, 0.1] }; values also as "0.1:0.5:0.1" (first, last, step) or "log:0.01:1:5" (five points).',
  seeds: 'Every method trains once with each: weights, order, augmentation and label noise depend on it.',
  measureSpeed:
    'Measure the methods’ speeds against each other before the first run, unless that was done on this machine.',
  skipFinished: 'Leave out runs that have finished already.',
};

/** What the data were, which the lab itself notes. */
const writtenByLab = 'dataset.identity';

const commentOf = (path: string): string | null => {
  const part = parts[path];
  if (part !== undefined) return part;
  const { help, unit, texts } = settingOf(path);
  if (help === '') return null;
  const choices = choicesOf(path);
  // What only the window calls so, such as a method's parts, no file can say.
  const others = Object.keys(texts ?? {}).filter((value) => choices.length === 0 || value === 'null');
  const told = [...choices, ...others].map((value) => {
    const text = texts?.[value];
    return text === undefined ? value : `${value} = ${text}`;
  });
  const notes = new Set([...(unit === undefined ? [] : [unit]), ...told]);
  return notes.size === 0 ? help : `${help} [${[...notes].join('; ')}]`;
};

/**
 * An experiment as a file that explains itself: JSON with a comment before the first place of each setting, from the settings' own help.
 */
export const commentedExperiment = (experiment: Experiment): string => {
  const told = new Set<string>();
  const write = (value: unknown, path: string, indent: string): string => {
    const inner = `${indent}  `;
    if (Array.isArray(value)) {
      const isFlat = value.every((item) => typeof item !== 'object');
      if (isFlat) return JSON.stringify(value);
      const items = value.map((item) => inner + write(item, path === 'arms' ? 'optimizer' : path, inner));
      return `[\n${items.join(',\n')}\n${indent}]`;
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const pathOf = (key: string): string =>
      ['', 'shared', 'overrides'].includes(path) || key === 'overrides' ? key : `${path}.${key}`;
    const members = Object.entries(value as Readonly<Record<string, unknown>>);
    const entries = members
      .filter(([key]) => pathOf(key) !== writtenByLab)
      .map(([key, item]) => {
        const itemPath = pathOf(key);
        const comment = told.has(itemPath) ? null : commentOf(itemPath);
        told.add(itemPath);
        return `${comment === null ? '' : `${inner}// ${comment}\n`}${inner}${JSON.stringify(key)}: ${write(item, itemPath, inner)}`;
      });
    return `{\n${entries.join(',\n')}\n${indent}}`;
  };
  return `${write(experiment, '', '')}\n`;
};
