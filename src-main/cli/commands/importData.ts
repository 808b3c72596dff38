import { resolve } from 'node:path';
import type { DatasetInfo, DatasetKind, ValueRange } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Lab } from '../../lab/lab.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { importReporter } from '../importReporter.ts';
import { print, say, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';
import { onSignals } from '../signals.ts';

export interface ImportDataOptions {
  readonly paths: readonly string[];
  readonly kind: DatasetKind;
  readonly name?: string;
  readonly skipDamaged: boolean;
  /** For sets without a split of their own: share of each class, and the seed that draws it. */
  readonly testShare?: number;
  readonly splitSeed: number;
  /** For arrays of numbers that are no bytes: the values of black and white. */
  readonly range?: ValueRange;
}

/** `import-data`: imports a data set into the workspace's library. */
export const importData = (settings: Settings, options: ImportDataOptions): Promise<ExitCode> =>
  adding(settings, (lab) => {
    const paths = options.paths.map((path) => resolve(path));
    lab.grantPaths(paths);
    const onDamaged = options.skipDamaged ? 'skip' : 'refuse';
    const { kind, name = null, testShare, splitSeed, range = null } = options;
    const split = testShare === undefined ? null : { testShare, seed: splitSeed };
    return lab.importDataset({ kind, paths, name, onDamaged, split, range });
  });

/** `import-data --download`: gets a known set from its publisher, unless the library has it. Ctrl-C keeps what has arrived. */
export const downloadData = async (settings: Settings, id: string): Promise<ExitCode> => {
  const ended: { code: ExitCode | null } = { code: null };
  try {
    return await adding(settings, async (lab, before) => {
      const present = before.find((set) => set.id === id);
      if (present !== undefined) return present;
      const endSignals = onSignals(
        () => null,
        (code) => {
          ended.code = code;
          void lab.cancelDownload({});
        },
      );
      return lab.downloadDataset({ id }).finally(endSignals);
    });
  } catch (error) {
    if (ended.code === null || !(error instanceof LabError)) throw error;
    say(error.message);
    return ended.code;
  }
};

/** Shows how far the work is, and what it brought. */
const adding = (
  settings: Settings,
  work: (lab: Lab, before: readonly DatasetInfo[]) => Promise<DatasetInfo>,
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const before = await lab.datasets({});
    const show = importReporter();
    const stopListening = lab.onEvent((event) => {
      if (event.type === 'importProgressed') show.progress(event.message, event.share);
    });
    try {
      const set = await work(lab, before);
      show.end();
      const images = `${set.trainCount} training and ${set.testCount} test images ${set.storage === 'files' ? 'of any size, brought to' : 'of'} ${set.height} × ${set.width} × ${set.channels}`;
      const text = `${set.name} (${set.id}): ${images}, ${set.classNames.length} classes; ${set.source}`;
      if (before.some(({ id }) => id === set.id)) say(`This set is in the library already, as "${set.id}".`);
      await print(settings.json ? JSON.stringify(set) : text);
      return exitCodes.done;
    } finally {
      show.end();
      stopListening();
    }
  });
