import type { TrainingEvent } from '../../shared/jobs/train.ts';

/** Ends a run before its last epoch: thrown where the reason shows, caught in `train` alone, which then tells the event. */
export class RunEnd extends Error {
  override readonly name = 'RunEnd';
  readonly event: Extract<TrainingEvent, { type: 'stopped' | 'diverged' }>;

  constructor(event: RunEnd['event']) {
    super(event.type);
    this.event = event;
  }
}

export const stopped = (where: string): RunEnd =>
  new RunEnd({ type: 'stopped', reason: `Stopped on request ${where}.` });

export const diverged = (epoch: number, step: number): RunEnd => new RunEnd({ type: 'diverged', epoch, step });
