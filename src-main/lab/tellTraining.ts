import type { LabEvent } from '../../shared/labEvent.ts';
import type { TrainingEvent } from '../../shared/jobs/train.ts';
import type { RunId } from '../../shared/run.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Progressed } from './progressThrottle.ts';

interface Listeners {
  readonly checkpoints: Checkpoints;
  readonly emit: (event: LabEvent) => void;
  readonly progressed: (event: Progressed) => void;
  /** The run's row is another one now. */
  readonly changed: () => void;
}

/** Tells of what a run's training has told and the store holds, and lets go of the checkpoints that it makes needless. */
export const tellTraining = (
  runId: RunId,
  event: TrainingEvent,
  { checkpoints, emit, progressed, changed }: Listeners,
): void => {
  switch (event.type) {
    case 'progress':
      return progressed({ ...event, type: 'progressed', runId });
    case 'logged':
      return emit({ type: 'logged', runId, line: event.line });
    case 'epochFinished':
      emit({ type: 'epochFinished', runId, metrics: event.metrics });
      break;
    case 'started':
      emit({ type: 'trainingBegan', runId });
      break;
    case 'resumed':
      checkpoints.dropAfter(runId, event);
      emit({ type: 'trainingBegan', runId });
      break;
    case 'checkpointed':
      checkpoints.prune(runId);
      break;
    case 'done':
      checkpoints.pruneFinished(runId);
      break;
    default:
  }
  changed();
};
