import { onEngineAtHand } from '../engine.ts';
import { measuring } from '../measuring.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import { print, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';
import { speedText } from '../speedText.ts';

export interface SpeedOptions extends ExperimentOptions {
  readonly install: boolean;
  readonly seconds?: number | undefined;
}

/** `speed`: measures the methods of an experiment against each other, without training them. Ctrl-C ends it; nothing is kept then. */
export const speed = async (settings: Settings, options: SpeedOptions): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const experiment = await onEngineAtHand(lab, await readExperiment(lab, options), options.install);
    const limitMs = options.seconds === undefined ? undefined : 1000 * options.seconds;
    const found = await measuring(lab, () => lab.measureSpeed({ experiment, limitMs }));
    if (found.code !== null) return found.code;
    const { measured } = found;
    await print(settings.json ? JSON.stringify(measured) : measured.map(speedText).join('\n\n'));
    return exitCodes.done;
  });
