import { LabError } from '../../shared/errors.ts';
import type { Lab } from '../lab/lab.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { say } from './session.ts';
import { speedReporter } from './speedReporter.ts';

/**
 * Measures speeds and says how far it is. Ctrl-C ends it; nothing of the measurement under way is kept then.
 * @returns what was measured; the exit code instead where a signal ended it.
 */
export const measuring = async <T>(
  lab: Lab,
  work: () => Promise<T>,
): Promise<{ readonly code: null; readonly measured: T } | { readonly code: ExitCode }> => {
  const ended: { by: ExitCode | null } = { by: null };
  const cancel = (signal: NodeJS.Signals): void => {
    ended.by = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    void lab.cancelSpeed({});
  };
  process.once('SIGINT', cancel).once('SIGTERM', cancel).once('SIGHUP', cancel);
  const stopListening = lab.onEvent(speedReporter());
  try {
    return { code: null, measured: await work() };
  } catch (error) {
    if (ended.by === null || !(error instanceof LabError)) throw error;
    say('The measurement was cancelled; nothing of it is kept.');
    return { code: ended.by };
  } finally {
    stopListening();
    process.off('SIGINT', cancel).off('SIGTERM', cancel).off('SIGHUP', cancel);
  }
};
