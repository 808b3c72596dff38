import { LabError } from '../../../shared/errors.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { experimentSchema } from '../../../shared/experiment.ts';
import type { Lab } from '../../lab/service.ts';
import { parseConfig } from '../configErrors.ts';
import { onEngineAtHand } from '../engine.ts';
import type { ExitCode } from '../exitCodes.ts';
import { resultsJson, resultsText } from '../resultsText.ts';
import { print, withLab } from '../session.ts';
import type { Settings } from '../session.ts';
import { trainExperiment } from '../train.ts';

export interface CompareOptions {
  readonly preset: string;
  readonly seeds?: readonly number[];
  readonly epochs?: number;
  readonly name?: string;
  readonly install: boolean;
}

/** `compare`: trains a preset's experiment and prints its results table. */
export const compare = async (settings: Settings, options: CompareOptions): Promise<ExitCode> =>
  withLab(settings, 'own', async (lab) => {
    const wished = await experimentOf(lab, options);
    await requireDataset(lab, wished.shared.dataset.id);
    const experiment = await onEngineAtHand(lab, wished, options.install);
    const { experimentId, exitCode } = await trainExperiment(lab, experiment);
    const table = await lab.results({
      experimentIds: [experimentId],
      groupHashes: [],
      speedBaseline: null,
      accuracyBaseline: null,
    });
    await print(settings.json ? resultsJson(experimentId, table) : resultsText(table));
    return exitCode;
  });

/** The preset's experiment with what the user changed. */
const experimentOf = async (lab: Lab, options: CompareOptions): Promise<Experiment> => {
  const presets = await lab.presets({});
  const preset = presets.find(({ id }) => id === options.preset);
  if (preset === undefined) {
    const lines = presets.map(({ id, description }) => `  ${id}: ${description}`);
    throw new LabError(
      'CONFIG_INVALID',
      `There is no preset "${options.preset}"; choose one of these:\n${lines.join('\n')}`,
    );
  }
  const { experiment } = preset;
  const changed = {
    ...experiment,
    name: options.name ?? experiment.name,
    seeds: options.seeds ?? experiment.seeds,
    shared: { ...experiment.shared, epochs: options.epochs ?? experiment.shared.epochs },
  };
  return parseConfig(experimentSchema, changed, 'The experiment');
};

const requireDataset = async (lab: Lab, id: string): Promise<void> => {
  if ((await lab.datasets({})).some((dataset) => dataset.id === id)) return;
  throw new LabError(
    'DATASET_NOT_FOUND',
    `The data set "${id}" is not in this workspace; import it first, for example: esam-lab import-data ${exampleFile(id)}`,
  );
};

const exampleFile = (id: string): string =>
  id === 'cifar10' ? 'cifar-10-binary.tar.gz' : id === 'cifar100' ? 'cifar-100-binary.tar.gz' : '<folder>';
