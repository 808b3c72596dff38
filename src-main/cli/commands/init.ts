import { commentedExperiment } from '../../../shared/commentedExperiment.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

/** `init`: prints a preset as an experiment file with a comment at every setting, for `compare`, `run` and `plan`. */
export const init = async (settings: Settings, preset: string): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const experiment = await readExperiment(lab, { preset, set: [], sweep: [] });
    await print(settings.json ? JSON.stringify(experiment) : commentedExperiment(experiment).trimEnd());
    return exitCodes.done;
  });
