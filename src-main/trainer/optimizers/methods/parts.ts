import type { Chances, OptimizerContext, UpdateRule } from '../objective.ts';
import type { Schedule } from '../schedule/index.ts';

/** What every method is composed with. */
export interface Parts {
  readonly training: OptimizerContext;
  readonly rule: UpdateRule;
  readonly schedule: Schedule;
  readonly chances: Chances;
}
