import { LabError, type LabErrorCode } from '../../shared/errors.ts';
import { memoryAdvice } from '../../shared/memoryAdvice.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import {
  trainerCommandSchema,
  type TrainerCommand,
  type TrainerMessage,
  type TrainingEvent,
} from '../../shared/trainerProtocol.ts';
import { openEngine } from './engine/engines.ts';
import { probeEngine } from './probe/index.ts';
import { openRun } from './run.ts';
import { train, type StopRequest } from './train.ts';

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
  else console.error('The trainer was sent a message that it does not know:', parsed.error.message);
});

const report = (event: TrainingEvent): void => {
  post({ type: 'event', sequence: ++lastSequence, event });
};

/** Waits until the store holds everything that was reported. */
const allAcknowledged = (): Promise<void> =>
  new Promise((resolve) => {
    onAcknowledged = () => {
      if (lastAcknowledged >= lastSequence) resolve();
    };
    onAcknowledged();
  });

/** An error's code and message, with what to try where a run's memory ran out. */
const failureOf = (
  error: unknown,
  config: RunConfig | null,
): { readonly code: LabErrorCode; readonly message: string } => {
  const code = error instanceof LabError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  return {
    code,
    message: code === 'OUT_OF_MEMORY' && config !== null ? `${message} ${memoryAdvice(config)}` : message,
  };
};

const runTraining = async (command: Extract<TrainerCommand, { type: 'train' }>): Promise<void> => {
  try {
    const ops = openEngine(command.config.device, command.bindingPath);
    const run = openRun(ops, command.config, command.dataset, command.datasetFolder, command.labVersion);
    for await (const event of train(run, stop, command.checkpoints ?? null)) report(event);
  } catch (error) {
    if (!(error instanceof LabError)) console.error(error);
    report({ type: 'failed', ...failureOf(error, command.config) });
  }
  await allAcknowledged();
  process.exit(0);
};

const runProbe = async ({
  device,
  precision,
  bindingPath,
  steps,
}: Extract<TrainerCommand, { type: 'probe' }>): Promise<void> => {
  try {
    const ops = openEngine(device, bindingPath);
    const measurement = await probeEngine(ops, precision, steps, (progress) => {
      post({ type: 'probeProgressed', progress });
    });
    post({ type: 'probed', measurement });
  } catch (error) {
    if (!(error instanceof LabError)) console.error(error);
    post({ type: 'probeFailed', ...failureOf(error, null) });
  }
};

const obey = (command: TrainerCommand): void => {
  switch (command.type) {
    case 'train':
      if (isBusy) return;
      isBusy = true;
      void runTraining(command);
      return;
    case 'probe':
      if (isBusy) return;
      isBusy = true;
      void runProbe(command);
      return;
    case 'stop':
      stop.when = command.when;
      return;
    case 'acknowledge':
      lastAcknowledged = command.sequence;
      onAcknowledged();
      return;
  }
};

setInterval(() => {
  post({ type: 'heartbeat' });
}, heartbeatEveryMs);
post({ type: 'ready', pid: process.pid });
