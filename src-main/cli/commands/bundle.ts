import { resolve } from 'node:path';
import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import { streamWhole } from '../../files/writeWhole.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, say, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { unwritten } from '../writeFile.ts';

export interface BundleExportOptions {
  /** Both empty = everything in the workspace. */
  readonly experiment: readonly number[];
  readonly run: readonly number[];
  readonly checkpoints?: boolean;
  readonly name?: string;
  readonly example?: boolean;
}

/** `bundle export`: writes runs, with all that is known of them, to a file for another lab. */
export const exportBundle = (settings: Settings, file: string, options: BundleExportOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { stream, runCount, leftOut } = await lab.writeBundle({
      experimentIds: options.experiment,
      runIds: options.run,
      withCheckpoints: options.checkpoints === true,
      name: options.name ?? null,
      isExample: options.example === true,
    });
    try {
      await streamWhole(file, stream);
    } catch (error) {
      if (error instanceof LabError) throw error; // a checkpoint cannot be read
      throw unwritten(file, error);
    }
    leftOut.forEach((sentence) => say(`Left out: ${sentence}`));
    if (settings.json) await print(JSON.stringify({ file, runCount, leftOut }));
    else say(`Wrote ${counted(runCount, 'run')} to ${file}.`);
    return exitCodes.done;
  });

/** `bundle import`: adds the runs of such a file to the workspace; they stay apart from those that were trained here. */
export const importBundle = (settings: Settings, file: string): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const path = resolve(file);
    lab.grantPaths([path]);
    const imported = await lab.importBundle({ path });
    const { addedRuns, knownRuns, experimentIds, addedAnalyses, addedSpeeds, addedCheckpoints } = imported;
    const others = [
      ...(addedAnalyses > 0 ? [counted(addedAnalyses, 'analysis', 'analyses')] : []),
      ...(addedSpeeds > 0 ? [counted(addedSpeeds, 'speed measurement')] : []),
      ...(addedCheckpoints > 0 ? [counted(addedCheckpoints, 'checkpoint')] : []),
    ];
    const known =
      knownRuns === 0 ? '' : `; ${counted(knownRuns, 'run')} of it ${knownRuns === 1 ? 'was' : 'were'} here`;
    say(
      `Imported ${[counted(addedRuns, 'run'), ...others].join(', ')} into experiment ${experimentIds.join(', ')}${known}.`,
    );
    if (settings.json) await print(JSON.stringify(imported));
    return exitCodes.done;
  });
