import { LabError } from '../../../shared/errors.ts';
import { onEngineAtHand } from '../engine.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import { print, say, withLab } from '../session.ts';
import type { Settings } from '../session.ts';
import { speedReporter } from '../speedReporter.ts';
import { speedText } from '../speedText.ts';

export interface SpeedOptions extends ExperimentOptions {
  readonly install: boolean;
  readonly seconds?: number | undefined;
}

/** `speed`: measures the methods of an experiment against each other, without training them. Ctrl-C ends it; nothing is kept then. */
export const speed = async (settings: Settings, options: SpeedOptions): Promise<ExitCode> =>
  withLab(settings, 'own', async (lab) => {
    const experiment = await onEngineAtHand(lab, await readExperiment(lab, options), options.install);
    const ended: { by: ExitCode | null } = { by: null };
    const cancel = (signal: NodeJS.Signals): void => {
      ended.by = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
      void lab.cancelSpeed({});
    };
    process.once('SIGINT', cancel).once('SIGTERM', cancel).once('SIGHUP', cancel);
    const stopListening = lab.onEvent(speedReporter());
    try {
      const limitMs = options.seconds === undefined ? undefined : 1000 * options.seconds;
      const measurements = await lab.measureSpeed({ experiment, limitMs });
      await print(settings.json ? JSON.stringify(measurements) : measurements.map(speedText).join('\n\n'));
      return exitCodes.done;
    } catch (error) {
      if (ended.by === null || !(error instanceof LabError)) throw error;
      say('The measurement was cancelled; nothing of it is kept.');
      return ended.by;
    } finally {
      stopListening();
      process.off('SIGINT', cancel).off('SIGTERM', cancel).off('SIGHUP', cancel);
    }
  });
