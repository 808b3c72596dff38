import type { CheckpointFile } from '../../shared/run.ts';

/** Besides the last two (should the last be damaged) and the best epoch's, the checkpoint of every 50th epoch is kept. */
export const checkpointKeeping = { last: 2, everyEpochs: 50 } as const;

/** Which of a run's checkpoints stay. @param newestFirst - all it has. */
export const keptCheckpoints = (
  newestFirst: readonly CheckpointFile[],
  bestEpoch: number | null,
): readonly CheckpointFile[] =>
  newestFirst.filter(
    ({ epoch, epochStep }, index) =>
      index < checkpointKeeping.last ||
      (epochStep === 0 && epoch > 0 && (epoch === bestEpoch || epoch % checkpointKeeping.everyEpochs === 0)),
  );
