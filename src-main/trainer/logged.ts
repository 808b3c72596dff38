import type { TrainingEvent } from '../../shared/jobs/train.ts';
import type { LogLine } from '../../shared/run.ts';

/** A line for the run's log, of now. */
export const logged = (level: LogLine['level'], text: string): TrainingEvent => ({
  type: 'logged',
  line: { at: new Date().toISOString(), level, text },
});
