import type { RunSummary } from '../../../shared/run.ts';
import { onEngineAtHand } from '../engine.ts';
import type { ExitCode } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import { percent, rate } from '../format.ts';
import { print, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';
import { trainExperiment } from '../train.ts';

/** `run`: trains the runs of a file or a preset, and says what became of each. */
export const runConfigFile = async (
  settings: Settings,
  options: ExperimentOptions & { install: boolean },
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const experiment = await onEngineAtHand(lab, await readExperiment(lab, options), options.install);
    const { runs, exitCode } = await trainExperiment(lab, experiment);
    await printRuns(settings, runs);
    return exitCode;
  });

/** What became of runs, one line each. */
export const printRuns = async (settings: Settings, runs: readonly RunSummary[]): Promise<void> => {
  for (const run of runs) {
    await print(
      settings.json
        ? JSON.stringify(run)
        : `Run ${run.id} ${run.state} after ${run.epochsDone} epochs: best test accuracy ${percent(run.bestTestAccuracy)}, ` +
            `last ${percent(run.lastTestAccuracy)}, ${rate(run.imagesPerSecond)}`,
    );
  }
};
