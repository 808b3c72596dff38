import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { optimizerOf, withOverride } from '../../shared/arm.ts';
import { parseAxisValues, parseValue } from '../../shared/axisValues.ts';
import { LabError } from '../../shared/errors.ts';
import { newExperimentSchema, presetSchema } from '../../shared/experiment.ts';
import type { Axis, Experiment } from '../../shared/experiment.ts';
import { thisMachineId, type PlaceId } from '../../shared/places.ts';
import { runConfigSchema } from '../../shared/runConfig.ts';
import { settingPathOf, unknownPath, withSetting } from '../../shared/settingPaths.ts';
import type { Lab } from '../lab/lab.ts';
import { parseConfig } from './configErrors.ts';
import { parsedJson } from './json.ts';

/** Which experiment a command works on, and what the user changed of it. */
export interface ExperimentOptions {
  /** A JSON file: an experiment, a preset or the configuration of one run. */
  readonly file?: string | undefined;
  readonly preset?: string | undefined;
  readonly seeds?: readonly number[] | undefined;
  readonly epochs?: number | undefined;
  readonly name?: string | undefined;
  /** False: not before the first run, whatever the file says. */
  readonly speed?: boolean | undefined;
  /** Where to train, instead of where the file says. */
  readonly place?: PlaceId | typeof thisMachineId | undefined;
  /** `path=value` */
  readonly set: readonly string[];
  /** `path=values` */
  readonly sweep: readonly string[];
}

/** @throws LabError CONFIG_INVALID that names the file or the option, and the field. */
export const readExperiment = async (lab: Lab, options: ExperimentOptions): Promise<Experiment> => {
  const { file, preset, seeds, epochs, name, speed, place } = options;
  const what = file === undefined ? 'The experiment' : resolve(file);
  const original =
    file === undefined ? await presetOf(lab, preset ?? '') : experimentIn(await readJson(lab, file), what);
  const { place: placeOfFile, ...rest } = original;
  const wanted = place ?? placeOfFile;
  const changed = {
    ...rest,
    name: name ?? original.name,
    seeds: [...(seeds ?? original.seeds)],
    measureSpeed: original.measureSpeed && speed !== false,
    ...(wanted !== undefined && wanted !== thisMachineId && { place: wanted }),
  };
  const axes = options.sweep.map(axisOf);
  const set = epochs === undefined ? options.set : [`epochs=${epochs}`, ...options.set];
  const wished = axes.map(({ path }) => path).reduce(withoutPath, set.reduce(withSet, changed));
  return parseConfig(newExperimentSchema, { ...wished, axes: [...wished.axes, ...axes] }, what);
};

const presetOf = async (lab: Lab, id: string): Promise<Experiment> => {
  const presets = await lab.presets({});
  const preset = presets.find((candidate) => candidate.id === id);
  if (preset !== undefined) return preset.experiment;
  const lines = presets.map((each) => `  ${each.id}: ${each.description}`);
  throw new LabError('CONFIG_INVALID', `There is no preset "${id}"; choose one of these:\n${lines.join('\n')}`);
};

/** A preset, or what is left of one: nothing beside the experiment is a setting of it. */
const aboutExperiment = z.strictObject({ ...presetSchema.partial().shape, experiment: z.unknown() });

/** The experiment that a file holds, by itself or in a preset; of one run's configuration, the experiment of that run. */
const experimentIn = (content: unknown, fileName: string): Experiment => {
  const has = (key: string): boolean => typeof content === 'object' && content !== null && Object.hasOwn(content, key);
  if (has('experiment')) return experimentIn(parseConfig(aboutExperiment, content, fileName).experiment, fileName);
  const name = basename(fileName).replace(/\.json$/, '');
  if (has('shared') || has('arms') || has('seeds'))
    return parseConfig(newExperimentSchema, { name, skipFinished: false, ...(content as object) }, fileName);
  const { optimizer, seed, ...shared } = parseConfig(runConfigSchema, content, fileName);
  const experiment = {
    name,
    shared,
    arms: [optimizer],
    axes: [],
    seeds: [seed],
    skipFinished: false,
    measureSpeed: false,
  };
  return parseConfig(newExperimentSchema, experiment, 'The experiment');
};

/** Some editors, and PowerShell's `>`, begin a file with a byte order mark, the latter in UTF-16. */
const decoded = (bytes: Uint8Array): string => {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes); // without the mark
};

const readJson = async (lab: Lab, file: string): Promise<unknown> => {
  let json: string;
  try {
    json = decoded(await readFile(file));
  } catch (error) {
    const isNoFile = ['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    const isPreset = isNoFile && (await lab.presets({})).some(({ id }) => id === file);
    const message = isPreset
      ? `There is no file ${resolve(file)}; "${file}" is a preset: give --preset ${file} instead.`
      : `${resolve(file)} cannot be read; give the path of a JSON file, or a preset's name with --preset.`;
    throw new LabError('CONFIG_INVALID', message, { cause: error });
  }
  return parsedJson(json, resolve(file));
};

/** `path=text` apart, the path in full. */
const assignment = (option: '--set' | '--sweep', text: string): readonly [path: string, text: string] => {
  const at = text.indexOf('=');
  if (at < 1) throw new LabError('CONFIG_INVALID', `${option} ${text}: expected path=value, such as epochs=5.`);
  const written = text.slice(0, at).trim();
  const path = settingPathOf(written);
  if (path === null) throw new LabError('CONFIG_INVALID', `${option} ${text}: ${unknownPath(written)}.`);
  return [path, text.slice(at + 1)];
};

const axisOf = (option: string): Axis => {
  const [path, text] = assignment('--sweep', option);
  const { values, error } = parseAxisValues(text);
  if (error !== null) throw new LabError('CONFIG_INVALID', `--sweep ${option}: ${error}.`);
  return { path, values: [...values] };
};

/** Neither an axis nor a method says anything of its own about a shared setting. */
const withoutPath = (experiment: Experiment, path: string): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => withOverride(arm, path, undefined)),
  axes: experiment.axes.filter((axis) => axis.path !== path),
});

/** Sets a shared setting, or one of every method that has it, whatever axes and methods' own overrides said of it. */
const withSet = (experiment: Experiment, option: string): Experiment => {
  const [path, text] = assignment('--set', option);
  const all = experiment.arms.map((arm) =>
    withSetting({ ...experiment.shared, optimizer: optimizerOf(arm) }, path, parseValue(text)),
  );
  const [some] = all.filter((config) => config !== null);
  if (some === undefined)
    throw new LabError('CONFIG_INVALID', `--set ${option}: no method or schedule of this experiment has ${path}.`);
  const { optimizer: _, ...shared } = some;
  const arms = experiment.arms.map((arm, index) => ({ ...arm, ...all[index]?.optimizer }));
  return withoutPath({ ...experiment, shared, arms }, path);
};
