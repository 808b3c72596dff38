import { engineEnvironment } from '../../shared/engineEnvironment.ts';
import { LabError } from '../../shared/errors.ts';
import type { ProbeMeasurement, ProbeProgress } from '../../shared/probe.ts';
import { trainerMessageSchema } from '../../shared/trainerProtocol.ts';
import type { TrainerCommand } from '../../shared/trainerProtocol.ts';
import { replaceNonFinite } from './nonFinite.ts';
import type { Trainer, TrainerLauncher } from './trainers.ts';
import { watchSilence } from './watchdog.ts';

export type ProbeCommand = Extract<TrainerCommand, { type: 'probe' }>;

export interface ProbingParts {
  readonly launcher: TrainerLauncher;
  /** A process that says nothing for so long is taken for hung, and ended. */
  readonly silenceMs: number;
  /** Ends the process. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProbeProgress) => void;
}

/**
 * Measures one engine in one precision in a trainer process of its own; the process is gone when this settles.
 * @throws LabError as the trainer reports, TRAINER_LOST if it ends without an answer; the signal's reason.
 */
export const probeInTrainer = async (command: ProbeCommand, parts: ProbingParts): Promise<ProbeMeasurement> => {
  const { launcher, silenceMs, signal, onProgress } = parts;
  signal.throwIfAborted();
  const trainer = await launcher.launch(engineEnvironment(command.device));
  const kill = (): void => trainer.kill();
  signal.addEventListener('abort', kill);
  if (signal.aborted) kill();
  const watch = watchSilence(silenceMs, kill);
  try {
    return await answerOf(trainer, command, watch.heard, onProgress);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
    signal.removeEventListener('abort', kill);
  }
};

/** Waits for the answer, then ends the process and waits for that. */
const answerOf = async (
  trainer: Trainer,
  command: ProbeCommand,
  onHeard: () => void,
  onProgress: (progress: ProbeProgress) => void,
): Promise<ProbeMeasurement> => {
  const answers: (ProbeMeasurement | LabError)[] = [];
  const closeReason = await new Promise<string>((resolve) => {
    trainer.onClose(resolve);
    trainer.onMessage((raw) => {
      onHeard();
      const parsed = trainerMessageSchema.safeParse(replaceNonFinite(raw).data);
      const message = parsed.success ? parsed.data : null;
      if (message?.type === 'ready') return trainer.post(command);
      if (message?.type === 'heartbeat') return;
      if (message?.type === 'probeProgressed') return onProgress(message.progress);
      if (message?.type === 'probed') answers.push(message.measurement);
      else if (message?.type === 'probeFailed') answers.push(new LabError(message.code, message.message));
      else answers.push(new LabError('INTERNAL', 'The trainer answered what this lab does not understand.'));
      trainer.kill();
    });
  });
  const [answer] = answers;
  if (answer === undefined) throw new LabError('TRAINER_LOST', `The self-test was cut short. ${closeReason}`);
  if (answer instanceof LabError) throw answer;
  return answer;
};
