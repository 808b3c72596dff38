import type { LabInput } from '../../../shared/labApi.ts';
import { speedLimitMs } from '../../../shared/speed.ts';
import type { Lab } from '../../lab/lab.ts';
import { onEngineAtHand } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { say } from '../session.ts';
import { measuring } from '../measuring.ts';

/** Measures what is missing of a study whose speeds are measured, or all of it again; each measurement is kept as soon as it is there. */
export const measureStudy = async (
  lab: Lab,
  id: string,
  small: LabInput<'studyExperiments'>['small'],
  { budget, again, install }: { readonly budget: number; readonly again: boolean; readonly install: boolean },
): Promise<ExitCode> => {
  const wished = await lab.studyExperiments({ id, small, again });
  const shareMs = (3_600_000 * budget) / Math.max(1, wished.length);
  const limitMs = small === null ? speedLimitMs : Math.max(1000, Math.min(speedLimitMs, shareMs));
  const { code } = await measuring(lab, async () => {
    for (const each of wished) {
      const experiment = small === null ? await onEngineAtHand(lab, each, install) : each;
      say(experiment.name);
      await lab.measureSpeed({ experiment, limitMs });
    }
  });
  return code ?? exitCodes.done;
};
