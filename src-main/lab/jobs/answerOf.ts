import { LabError } from '../../../shared/errors.ts';
import type { JobEvent, JobFailed, JobKind } from '../../../shared/jobs/job.ts';
import { JobProcess } from './jobProcess.ts';
import type { JobParts } from './jobProcess.ts';

export interface AnswerParts<E extends JobEvent, R> extends Pick<JobParts<E>, 'launcher' | 'limits' | 'device'> {
  /** Ends the process. */
  readonly signal: AbortSignal;
  /** Hears of every event but `failed`, and gives what it answers; null where it is no answer. */
  readonly onEvent: (event: E) => R | null;
}

/**
 * Does a job that answers one question; the process is gone when this settles.
 * @throws LabError as the trainer reports, TRAINER_LOST if it ends without an answer; the signal's reason.
 */
export const answerOf = async <I, E extends JobEvent, R>(
  kind: JobKind<I, E>,
  input: I,
  { signal, onEvent, ...parts }: AnswerParts<E, R>,
): Promise<R> => {
  signal.throwIfAborted();
  const answers: R[] = [];
  const errors: LabError[] = [];
  const job = new JobProcess(kind, input, {
    ...parts,
    onEvent: (event) => {
      if (isFailed(event)) errors.push(new LabError(event.code, event.message));
      else answers.push(...[onEvent(event)].filter((answer) => answer !== null));
    },
    onBreak: ({ reason, code = 'TRAINER_LOST' }) => {
      errors.push(new LabError(code, `The ${kind.title} was cut short. ${reason}`));
    },
  });
  const cancel = (): void => job.cancel('It was cancelled.');
  signal.addEventListener('abort', cancel);
  await job.closed;
  signal.removeEventListener('abort', cancel);
  signal.throwIfAborted();
  const [error] = errors;
  if (error !== undefined) throw error;
  const [answer] = answers;
  if (answer === undefined) throw new LabError('TRAINER_LOST', `The ${kind.title} ended without an answer.`);
  return answer;
};

const isFailed = (event: JobEvent): event is JobFailed => event.type === 'failed';
