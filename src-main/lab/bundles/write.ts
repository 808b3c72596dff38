import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { bundleVersion } from '../../../shared/bundle.ts';
import type { BundleManifest, BundledRun } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import type { CheckpointFile, RunId } from '../../../shared/run.ts';
import { inFileWords } from '../../files/fileFailures.ts';
import { oddKind } from '../../files/readRegular.ts';
import type { CollectedBundle } from './collect.ts';
import { mostJsonBytes, partNames, sha256Of } from './parts.ts';

interface Written {
  readonly labVersion: string;
  /** Where a checkpoint of a run lies. */
  readonly pathOf: (runId: RunId, fileName: string) => string;
}

/**
 * The bundle as a stream of its bytes: `bundle.json` lists every other part with its size and SHA-256.
 * @throws LabError EXPORT_TOO_LARGE, CHECKPOINT_DAMAGED
 */
export const bundleStream = async (
  { experiments, speeds, runs }: CollectedBundle,
  { labVersion, pathOf }: Written,
): Promise<Readable> => {
  const zip = new ZipFile();
  const stream = zip.outputStream;
  if (!(stream instanceof Readable)) throw new TypeError('The archive is no stream of Node.');
  // The archive reads a checkpoint at any time from here on: it may be gone by then, as of a run that goes on and prunes.
  const failures: LabError[] = [];
  let isHandedOut = false;
  zip.on('error', (error: Error) => {
    const failure = readingFailed(error) ?? new LabError('CHECKPOINT_DAMAGED', gone, { cause: error });
    failures.push(failure);
    if (isHandedOut) stream.destroy(failure);
  });
  const exportedAt = new Date();
  const parts: BundleManifest['parts'] = [];
  let jsonBytes = 0;
  const addJson = (name: string, value: unknown): void => {
    const content = Buffer.from(JSON.stringify(value));
    jsonBytes += content.length;
    if (jsonBytes > mostJsonBytes)
      throw new LabError(
        'EXPORT_TOO_LARGE',
        `These runs are more than ${mostJsonBytes / 1024 ** 2} MiB of measurements, which is all that a bundle takes. Export fewer at once.`,
      );
    if (name !== partNames.manifest) parts.push({ name, sizeBytes: content.length, sha256: sha256Of(content) });
    zip.addBuffer(content, name, { mtime: exportedAt });
  };
  addJson(partNames.experiments, experiments);
  addJson(partNames.speeds, speeds);
  for (const [index, { id, ...run }] of runs.entries()) {
    addJson(partNames.run(index + 1), run satisfies BundledRun);
    for (const checkpoint of run.checkpoints) {
      const { fileName, sizeBytes } = checkpoint;
      const path = pathOf(id, fileName);
      const sha256 = await sha256OfCheckpoint(path, checkpoint);
      if (sha256 === null) throw notWhole(fileName, id);
      const name = partNames.checkpoint(index + 1, fileName);
      parts.push({ name, sizeBytes, sha256 });
      zip.addFile(path, name, { mtime: exportedAt, compress: false });
    }
  }
  addJson(partNames.manifest, {
    ...{ format: 'esamlab', version: bundleVersion, exportedAt: exportedAt.toISOString(), labVersion, parts },
  } satisfies BundleManifest);
  zip.end();
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  isHandedOut = true;
  return stream;
};

const gone = 'A checkpoint went away while it was exported. Export again, or without checkpoints.';
const notWhole = (fileName: string, runId: RunId): LabError =>
  new LabError(
    'CHECKPOINT_DAMAGED',
    `The checkpoint ${fileName} of run ${runId} is missing or damaged. Export without checkpoints.`,
  );

/** The system's refusal to read, in words; null where there is nothing to read any more. */
const readingFailed = (error: unknown): LabError | null => {
  const said = inFileWords(error);
  return said instanceof LabError ? said : null;
};

/** At the end of a checkpoint stands the SHA-256 of all before it, which is the one that was recorded. */
const digestBytes = 32;

/** SHA-256 of the whole file; null where it is not the checkpoint that was recorded. @throws LabError where the system refuses to read it. */
const sha256OfCheckpoint = async (path: string, recorded: CheckpointFile): Promise<string | null> => {
  const [whole, content] = [createHash('sha256'), createHash('sha256')];
  const contentBytes = recorded.sizeBytes - digestBytes;
  let bytes = 0;
  try {
    if (oddKind(path) !== null) return null; // a pipe would be waited for
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      whole.update(piece);
      content.update(piece.subarray(0, Math.max(0, contentBytes - bytes)));
      bytes += piece.length;
    }
  } catch (error) {
    const refusal = readingFailed(error);
    if (refusal !== null) throw refusal;
    return null; // it is gone
  }
  return bytes === recorded.sizeBytes && content.digest('hex') === recorded.sha256 ? whole.digest('hex') : null;
};
