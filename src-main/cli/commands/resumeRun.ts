import { thisMachineId } from '../../../shared/places.ts';
import type { RunId } from '../../../shared/run.ts';
import { ensureEngine } from '../engine.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import type { ExitCode } from '../exitCodes.ts';
import { withOwner } from '../session.ts';
import type { Settings } from '../session.ts';
import { trainResumed } from '../train.ts';
import { printRuns } from './runConfigFile.ts';

/** `run --resume`: goes on with one run from its last checkpoint. */
export const resumeRun = async (
  settings: Settings,
  { runId, install, place }: Pick<ExperimentOptions, 'place'> & { readonly runId: RunId; readonly install: boolean },
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const { run } = await lab.run({ runId });
    if (run.config.device.engine === 'tensorflow') await ensureEngine(lab, install);
    const { runs, exitCode } = await trainResumed(lab, [runId], place === thisMachineId ? null : place);
    await printRuns(settings, runs);
    return exitCode;
  });
