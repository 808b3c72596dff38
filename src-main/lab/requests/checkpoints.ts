import type { Requests } from '../../../shared/labApi.ts';
import type { checkpointApi } from '../../../shared/requests/checkpoints.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { answering, doing } from './answering.ts';

export interface CheckpointParts {
  readonly checkpoints: Checkpoints;
  readonly emit: (event: LabEvent) => void;
}

type CheckpointApi = Requests<typeof checkpointApi>;

/** Requests about the room that checkpoints take. */
export const checkpointRequests = ({ checkpoints, emit }: CheckpointParts): CheckpointApi => ({
  checkpointUse: answering(() => checkpoints.use()),
  keepCheckpoints: doing(({ keep }) => (checkpoints.keep = keep)),
  pruneCheckpoints: answering(() => {
    const pruned = checkpoints.pruneFinished();
    if (pruned.fileCount > 0) emit({ type: 'runsChanged' });
    return pruned;
  }),
});
