import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { RunSummary } from '../../../shared/run.ts';
import { experimentSchema } from '../../../shared/experiment.ts';
import { runConfigSchema } from '../../../shared/runConfig.ts';
import { parseConfig } from '../configErrors.ts';
import { onEngineAtHand } from '../engine.ts';
import type { ExitCode } from '../exitCodes.ts';
import { percent, rate } from '../format.ts';
import { print, withLab } from '../session.ts';
import type { Settings } from '../session.ts';
import { trainExperiment } from '../train.ts';

/** `run`: trains one run as its file says. */
export const runConfigFile = async (
  settings: Settings,
  options: { file: string; name?: string; install: boolean },
): Promise<ExitCode> => {
  const name = basename(options.file);
  const { optimizer, seed, ...shared } = parseConfig(runConfigSchema, await readJson(options.file), name);
  const experiment = parseConfig(
    experimentSchema,
    {
      name: options.name ?? name.replace(/\.json$/, ''),
      shared,
      arms: [optimizer],
      seeds: [seed],
      skipFinished: false,
    },
    'The experiment',
  );
  return withLab(settings, 'own', async (lab) => {
    const { runs, exitCode } = await trainExperiment(lab, await onEngineAtHand(lab, experiment, options.install));
    await printRuns(settings, runs);
    return exitCode;
  });
};

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

const readJson = async (file: string): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new LabError('CONFIG_INVALID', `${file} cannot be read; give the path of a JSON file.`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new LabError('CONFIG_INVALID', `${file} is no JSON: ${found}.`, { cause: error });
  }
};
