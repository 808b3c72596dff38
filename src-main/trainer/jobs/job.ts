import type { JobEvent, JobKind } from '../../../shared/jobs/job.ts';
import type { StopRequest } from '../stopRequest.ts';

/** A kind of job with what does it. */
export interface Job {
  /**
   * Begins, and gives the job's events; what it throws becomes the event `failed`.
   * @throws ZodError at once where the input is not this kind's.
   */
  start(input: unknown, stop: StopRequest): AsyncGenerator<JobEvent>;
}

export const job = <I, E extends JobEvent>(
  kind: JobKind<I, E>,
  run: (input: I, stop: StopRequest) => AsyncGenerator<E>,
): Job => ({ start: (input, stop) => run(kind.input.parse(input), stop) });
