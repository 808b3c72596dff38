import './signals.ts';
import { z } from 'zod';
import { LabError } from '../../shared/errors.ts';
import type { JobEvent, JobFailed } from '../../shared/jobs/job.ts';
import { trainerCommandSchema, type TrainerCommand, type TrainerMessage } from '../../shared/trainerProtocol.ts';
import { watchStandstill } from './activeClock.ts';
import { jobs } from './jobs/index.ts';
import type { StopRequest } from './stopRequest.ts';

/** The port that Electron gives a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const heartbeatEveryMs = 1000;

/** Messages to and from the lab, over a utility process's port or a child process's IPC. */
const connect = (onMessage: (message: unknown) => void): ((message: TrainerMessage) => void) => {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort !== undefined) {
    parentPort.on('message', ({ data }) => {
      onMessage(data);
    });
    return (message) => {
      parentPort.postMessage(message);
    };
  }
  if (process.send === undefined) {
    throw new Error('A trainer is started by the lab, not by hand: use "esam-lab run" or "esam-lab compare".');
  }
  process.on('message', onMessage);
  // Without the lab nobody keeps what is computed: end with it.
  process.on('disconnect', () => process.exit(1));
  return (message) => {
    process.send?.(message);
  };
};

const stop: StopRequest = { when: null };
let lastSequence = 0;
let lastAcknowledged = 0;
let isBusy = false;
let onAcknowledged = (): void => undefined;

const post = connect((message) => {
  const parsed = trainerCommandSchema.safeParse(message);
  if (parsed.success) obey(parsed.data);
  else refuse(parsed.error);
});

const refuse = (error: z.ZodError): void => {
  console.error('The trainer was sent a message that it does not know:', error.message);
};

const report = (event: JobEvent): void => {
  post({ type: 'event', sequence: ++lastSequence, event });
};

/** Waits until the lab holds everything that was reported. */
const allAcknowledged = (): Promise<void> =>
  new Promise((resolve) => {
    onAcknowledged = () => {
      if (lastAcknowledged >= lastSequence) resolve();
    };
    onAcknowledged();
  });

const failedBy = (error: unknown): JobFailed => ({
  type: 'failed',
  code: error instanceof LabError ? error.code : 'INTERNAL',
  message: error instanceof Error ? error.message : String(error),
});

/** Does a job to its end, and ends with it. */
const run = async (events: AsyncGenerator<JobEvent>): Promise<void> => {
  try {
    for await (const event of events) report(event);
  } catch (error) {
    if (!(error instanceof LabError)) console.error(error);
    report(failedBy(error));
  }
  await allAcknowledged();
  process.exit(0);
};

const start = ({ job, input }: Extract<TrainerCommand, { type: 'start' }>): void => {
  if (isBusy) return;
  try {
    const events = jobs[job].start(input, stop);
    isBusy = true;
    void run(events);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    refuse(error);
  }
};

const obey = (command: TrainerCommand): void => {
  switch (command.type) {
    case 'start':
      return start(command);
    case 'stop':
      stop.when = command.when;
      return;
    case 'checkpoint':
      stop.wantsCheckpoint = true;
      return;
    case 'acknowledge':
      lastAcknowledged = command.sequence;
      onAcknowledged();
      return;
  }
};

watchStandstill();
setInterval(() => {
  post({ type: 'heartbeat' });
}, heartbeatEveryMs);
post({ type: 'ready', pid: process.pid });
