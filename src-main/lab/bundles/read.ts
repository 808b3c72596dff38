import { z } from 'zod';
import {
  bundledExperimentSchema,
  bundledRunSchema,
  bundledSpeedSchema,
  bundleManifestSchema,
} from '../../../shared/bundle.ts';
import { bundleVersion } from '../../../shared/bundle.ts';
import type { BundledExperiment, BundledRun, BundledSpeed } from '../../../shared/bundle.ts';
import type { Archive } from './archive.ts';
import { refused } from './archive.ts';
import { kindOfPart, partNames, sha256Of } from './parts.ts';

/** A bundle whose JSON is whole and understood; its checkpoints are checked when they are unpacked. */
export interface ReadBundle {
  readonly experiments: readonly BundledExperiment[];
  readonly speeds: readonly BundledSpeed[];
  readonly runCount: number;
  /** @param place - counted from 1. */
  run(place: number): BundledRun;
  /** Part name → SHA-256, of checkpoints. */
  readonly checkpoints: ReadonlyMap<string, string>;
}

const experimentsSchema = z.array(bundledExperimentSchema).max(10_000);
const speedsSchema = z.array(bundledSpeedSchema).max(10_000);
const anyVersion = z.looseObject({ format: z.literal('esamlab'), version: z.number().int() });

/**
 * Reads and checks all JSON of a bundle: every part against its checksum and its schema.
 * @throws LabError BUNDLE_REFUSED that names the first part that is wrong.
 */
export const readBundle = async (archive: Archive, file: string): Promise<ReadBundle> => {
  const manifest = manifestOf(await archive.read(partNames.manifest), file);
  const expected = new Map(manifest.parts.map((part) => [part.name, part]));
  const foreign = archive.names.find((name) => name !== partNames.manifest && !expected.has(name));
  if (foreign !== undefined) throw refused(file, `holds "${foreign}", which its list of parts does not name.`);
  const texts = new Map<string, Buffer>();
  for (const { name, sizeBytes, sha256 } of manifest.parts) {
    const isWrong = archive.sizeOf(name) !== sizeBytes;
    const content = isWrong || kindOfPart(name) === 'checkpoint' ? null : await archive.read(name);
    if (isWrong || (content !== null && sha256Of(content) !== sha256)) throw changed(file, name);
    if (content !== null) texts.set(name, content);
  }
  const parsed = <T>(name: string, schema: z.ZodType<T>): T => parse(texts.get(name), name, schema, file);
  const experiments = parsed(partNames.experiments, experimentsSchema);
  const run = (place: number): BundledRun => parsed(partNames.run(place), bundledRunSchema);
  const runCount = manifest.parts.filter(({ name }) => name.startsWith('runs/')).length;
  const named = new Set<string>();
  for (let place = 1; place <= runCount; place++) {
    const { experiment, checkpoints } = run(place); // read again when it is imported, so that one run at a time is in memory
    if (experiments[experiment] === undefined) throw refused(file, `has a run ${place} of no experiment.`);
    for (const { fileName, sizeBytes } of checkpoints) {
      const part = expected.get(partNames.checkpoint(place, fileName));
      if (part?.sizeBytes !== sizeBytes) throw changed(file, partNames.checkpoint(place, fileName));
      named.add(part.name);
    }
  }
  const checkpoints = new Map(
    manifest.parts.filter(({ name }) => kindOfPart(name) === 'checkpoint').map(({ name, sha256 }) => [name, sha256]),
  );
  const orphan = [...checkpoints.keys()].find((name) => !named.has(name));
  if (orphan !== undefined) throw refused(file, `holds "${orphan}", which is no checkpoint of its runs.`);
  return { experiments, speeds: parsed(partNames.speeds, speedsSchema), runCount, run, checkpoints };
};

export const changed = (file: string, name: string) =>
  refused(file, `is damaged: its part "${name}" is not what was exported. Export it again, or copy it again.`);

const manifestOf = (content: Buffer, file: string) => {
  const { version } = parse(content, partNames.manifest, anyVersion, file);
  if (version > bundleVersion)
    throw refused(
      file,
      `was written by a newer version of ESAM Lab (format ${version}; this one reads ${bundleVersion}). Update the lab.`,
    );
  return parse(content, partNames.manifest, bundleManifestSchema, file);
};

const parse = <T>(content: Buffer | undefined, name: string, schema: z.ZodType<T>, file: string): T => {
  if (content === undefined) throw refused(file, `has no part "${name}".`);
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw refused(file, `is damaged: its part "${name}" is no JSON.`, error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  const where = path === '' ? '' : `at "${path}" `;
  throw refused(
    file,
    `holds what this version does not understand: "${name}", ${where}(${issue?.message ?? 'invalid'}).`,
  );
};
