import type { Annotation } from '../annotation.ts';
import { methodNames, methodOf } from '../method.ts';
import { nearest } from '../nearest.ts';
import type { RunSummary } from '../run.ts';
import { settingPaths } from '../settingPaths.ts';
import { settingEntries, settingOf, settingText } from '../settings/index.ts';

/** What a query is asked of. */
export interface QuerySubject {
  readonly run: RunSummary;
  readonly annotation: Annotation;
  /** The data set's name, for people. */
  readonly datasetName: string;
  /** It was deleted, and can be restored. */
  readonly isTrashed?: boolean;
}

type Value = number | string;

/** What can be asked for by name. */
export interface QueryField {
  /** The first is the one that is offered. */
  readonly names: readonly string[];
  /** One sentence. */
  readonly help: string;
  /** The ways in which its value may be written, the usual one first, or all that it has; empty: the run has none. */
  readonly read: (subject: QuerySubject) => readonly Value[];
  /** A run can have several values. */
  readonly isList?: boolean;
  /** Text that contains the word matches too, not only the whole text. */
  readonly isPart?: boolean;
  /** A fraction, which people also write in percent. */
  readonly isFraction?: boolean;
}

const given = (value: Value | null): Value[] => (value === null ? [] : [value]);

/** What a run is, was measured to be, and was told. */
export const runFields: readonly QueryField[] = [
  {
    names: ['method'],
    help: 'The method, as it is named in tables.',
    read: ({ run: { config } }) => [methodNames[methodOf(config.optimizer)], methodOf(config.optimizer)],
  },
  { names: ['state'], help: 'Whether it is queued, running, finished, …', read: ({ run }) => [run.state] },
  {
    names: ['tag', 'tags'],
    help: 'A tag that you gave it.',
    isList: true,
    read: ({ annotation }) => annotation.tags,
  },
  {
    names: ['is'],
    help: 'starred, archived, imported, diverging, trashed.',
    isList: true,
    read: ({ run, annotation: { starred, archived }, isTrashed = false }) => [
      ...(starred ? ['starred'] : []),
      ...(archived ? ['archived'] : []),
      ...(run.origin === null ? [] : ['imported']),
      ...(run.doubt === null ? [] : ['diverging']),
      ...(isTrashed ? ['trashed'] : []),
    ],
  },
  { names: ['experiment'], help: 'The experiment’s name.', isPart: true, read: ({ run }) => [run.experimentName] },
  {
    names: ['note'],
    help: 'Words of its note.',
    isPart: true,
    read: ({ annotation }) => given(annotation.note || null),
  },
  {
    names: ['data', 'dataset'],
    help: 'The data set.',
    read: ({ run, datasetName }) => [datasetName, run.config.dataset.id],
  },
  { names: ['seed'], help: 'The seed.', read: ({ run }) => [run.config.seed] },
  { names: ['run', 'id'], help: 'The run’s number.', read: ({ run }) => [run.id] },
  {
    names: ['best'],
    help: 'Largest test accuracy of any epoch, such as 95% or 0.95.',
    isFraction: true,
    read: ({ run }) => given(run.bestTestAccuracy),
  },
  {
    names: ['last', 'accuracy'],
    help: 'Test accuracy after the last epoch, such as 95% or 0.95.',
    isFraction: true,
    read: ({ run }) => given(run.lastTestAccuracy),
  },
  { names: ['speed', 'images/s'], help: 'Images per second.', read: ({ run }) => given(run.imagesPerSecond) },
  { names: ['done'], help: 'Epochs that it has done.', read: ({ run }) => [run.epochsDone] },
];

/** A hash names one configuration for ever, so none is taken apart twice. */
const values = new Map<string, ReadonlyMap<string, unknown>>();
const valuesOf = ({ groupHash, config }: RunSummary): ReadonlyMap<string, unknown> => {
  const known = values.get(groupHash) ?? new Map(settingEntries(config));
  values.set(groupHash, known);
  return known;
};

/** A number as it is; anything else in words, and raw. Empty where the run has no such setting. */
export const settingOfRun = (run: RunSummary, path: string): Value[] => {
  const all = valuesOf(run);
  if (!all.has(path)) return [];
  const value = all.get(path);
  const text = settingText(path, value);
  return typeof value === 'number' ? [value] : [text, String(value)];
};

const hyphened = (label: string): string => label.replace(/\s+/g, '-');

const settingField = (path: string): QueryField => {
  const { label, symbol, help } = settingOf(path);
  const last = path.split('.').at(-1) ?? path;
  const names = [...(symbol === undefined ? [] : [hyphened(symbol)]), hyphened(label), last, path];
  return { names: [...new Set(names)], help, read: ({ run }) => settingOfRun(run, path) };
};

const settingFields: readonly QueryField[] = settingPaths.filter((path) => path !== 'dataset.id').map(settingField);
export const queryFields: readonly QueryField[] = [...runFields, ...settingFields];

/** "label noise", label-noise, label_noise and labelNoise are one name. */
export const nameKey = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '');

const byKey = new Map<string, { readonly name: string; readonly fields: readonly QueryField[] }>();
for (const field of queryFields) {
  for (const name of field.names) {
    const known = byKey.get(nameKey(name));
    const fields = known?.fields ?? [];
    if (!fields.includes(field)) byKey.set(nameKey(name), { name: known?.name ?? name, fields: [...fields, field] });
  }
}

/** The fields that go by a name: β is a setting of several methods. A field's own name comes before what only ends so. */
export const fieldsNamed = (name: string): readonly QueryField[] => byKey.get(nameKey(name))?.fields ?? [];

/** Names of fields that are written almost so, the nearest first. */
export const namesNear = (name: string): string[] =>
  nearest(nameKey(name), byKey.keys()).flatMap((key) => byKey.get(key)?.name ?? []);
