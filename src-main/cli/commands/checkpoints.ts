import { checkpointKeepings } from '../../../shared/checkpointKeeping.ts';
import type { CheckpointKeeping, CheckpointUse, Pruned } from '../../../shared/checkpointKeeping.ts';
import { counted } from '../../../shared/counted.ts';
import type { Lab } from '../../lab/lab.ts';
import { formatBytes } from '../../runtimes/progress.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';

export interface CheckpointsOptions {
  /** Has runs keep these from now on once they finish. */
  readonly keep?: CheckpointKeeping;
  /** Removes what finished runs need not keep. */
  readonly prune?: boolean;
}

/** `checkpoints`: says how much room they take, sets which of them finished runs keep, removes the others. */
export const checkpoints = (settings: Settings, { keep, prune = false }: CheckpointsOptions): Promise<ExitCode> => {
  const work = async (lab: Lab): Promise<ExitCode> => {
    if (keep !== undefined) await lab.keepCheckpoints({ keep });
    const pruned = prune ? await lab.pruneCheckpoints({}) : null;
    const use = await lab.checkpointUse({});
    await print(settings.json ? JSON.stringify({ ...use, pruned }) : textOf(use, pruned));
    return exitCodes.done;
  };
  return keep === undefined && !prune ? withView(settings, work) : withOwner(settings, work);
};

const files = ({ fileCount, sizeBytes }: Pruned): string =>
  `${counted(fileCount, 'checkpoint')} (${formatBytes(sizeBytes)})`;

const textOf = ({ keep, prunable, ...all }: CheckpointUse, pruned: Pruned | null): string =>
  [
    ...(pruned === null ? [] : [`Removed: ${files(pruned)}.`]),
    `In this workspace: ${files(all)} of ${counted(all.runCount, 'run')}.`,
    `A finished run keeps: ${checkpointKeepings[keep].label} (${keep}).`,
    prunable.fileCount === 0
      ? 'No finished run has more than that.'
      : `Beyond that: ${files(prunable)} of ${counted(prunable.runCount, 'finished run')}; --prune removes them for good.`,
  ].join('\n');
