import { LabError } from '../../../shared/errors.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { Lab } from '../../lab/lab.ts';
import { onEngineAtHand } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import type { ExperimentOptions } from '../experimentFile.ts';
import { resultsJson, resultsText } from '../resultsText.ts';
import { print, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { trainExperiment } from '../train.ts';

/** `compare`: trains an experiment and prints its results table. */
export const compare = async (
  settings: Settings,
  options: ExperimentOptions & { install: boolean },
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const wished = await readExperiment(lab, options);
    await requirePossible(lab, wished);
    const experiment = await onEngineAtHand(lab, wished, options.install);
    const { experimentId, exitCode } = await trainExperiment(lab, experiment);
    const table = await lab.results({ ...everyGroup, experimentIds: [experimentId] });
    await print(settings.json ? resultsJson({ experimentId }, table) : resultsText(table));
    return exitCode;
  });

/** `compare --show`: prints the results table of what has been trained. @param experimentIds - empty = everything in the workspace. */
export const showResults = (
  settings: Settings,
  experimentIds: readonly number[],
  splitConditions = false,
): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const table = await lab.results({ ...everyGroup, experimentIds: [...experimentIds], splitConditions });
    await print(settings.json ? resultsJson({ experimentIds }, table) : resultsText(table));
    return exitCodes.done;
  });

/** What the lab refuses is said before an engine is installed for it. */
const requirePossible = async (lab: Lab, experiment: Experiment): Promise<void> => {
  const { id } = experiment.shared.dataset;
  const isDataMissing = async (error: unknown): Promise<boolean> =>
    error instanceof LabError &&
    error.code === 'DATASET_NOT_FOUND' &&
    (await lab.datasets({})).every((dataset) => dataset.id !== id);
  try {
    await lab.plan(experiment);
  } catch (error) {
    if (!(await isDataMissing(error))) throw error;
    throw missingData(id);
  }
};

const missingData = (id: string): LabError =>
  new LabError(
    'DATASET_NOT_FOUND',
    `The data set "${id}" is not in this workspace; import it first, for example: esam-lab import-data ${exampleFile(id)}`,
  );

const exampleFile = (id: string): string =>
  id === 'cifar10' ? 'cifar-10-binary.tar.gz' : id === 'cifar100' ? 'cifar-100-binary.tar.gz' : '<folder>';
