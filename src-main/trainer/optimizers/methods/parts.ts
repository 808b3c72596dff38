import type { Chances, Training, UpdateRule } from '../objective.ts';
import type { Schedule } from '../schedule/index.ts';

/** What every method is composed with. */
export interface Parts {
  readonly training: Training;
  readonly rule: UpdateRule;
  readonly schedule: Schedule;
  readonly chances: Chances;
}
