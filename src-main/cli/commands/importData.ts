import { resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { DatasetKind, ValueRange } from '../../../shared/dataset.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';
import { terminalText } from '../terminalText.ts';

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
export const importData = async (settings: Settings, options: ImportDataOptions): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const paths = options.paths.map((path) => resolve(path));
    lab.grantPaths(paths);
    const before = new Set((await lab.datasets({})).map(({ id }) => id));
    const show = progressReporter();
    const stopListening = lab.onEvent((event) => {
      if (event.type === 'importProgressed') show.progress(event.message, event.share);
    });
    try {
      const onDamaged = options.skipDamaged ? 'skip' : 'refuse';
      const { kind, name = null, testShare, splitSeed, range = null } = options;
      const split = testShare === undefined ? null : { testShare, seed: splitSeed };
      const set = await lab.importDataset({ kind, paths, name, onDamaged, split, range });
      show.end();
      const images = `${set.trainCount} training and ${set.testCount} test images ${set.storage === 'files' ? 'of any size, brought to' : 'of'} ${set.height} × ${set.width} × ${set.channels}`;
      const text = `${set.name} (${set.id}): ${images}, ${set.classNames.length} classes; ${set.source}`;
      if (before.has(set.id)) say(`This set is in the library already, as "${set.id}".`);
      await print(settings.json ? JSON.stringify(set) : text);
      return exitCodes.done;
    } finally {
      show.end();
      stopListening();
    }
  });

/** A bar on a terminal, a line per message elsewhere. */
const progressReporter = () => {
  const bar = new SingleBar({ format: ' {bar} {percentage} % | {message}', hideCursor: true }, Presets.shades_classic);
  let shown = '';
  return {
    progress: (message: string, share: number | null): void => {
      if (process.stderr.isTTY && share !== null) {
        if (!bar.isActive) bar.start(1, share, { message: terminalText(message) });
        bar.update(share, { message: terminalText(message) });
      } else if (message !== shown) {
        say(message);
      }
      shown = message;
    },
    end: (): void => {
      if (bar.isActive) bar.stop();
    },
  };
};
