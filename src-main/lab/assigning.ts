import { LabError } from '../../shared/errors.ts';
import type { AnalyseInput } from '../../shared/jobs/analyse.ts';
import type { RunSummary } from '../../shared/run.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Library } from './datasets/index.ts';
import { presentData } from './presentData.ts';
import type { Runtime } from './runtime.ts';
import type { StoredAnalysis } from './store/analyses.ts';
import type { Store } from './store/index.ts';

/**
 * A run that waits since before the lab kept what its data are has them from now on.
 * @throws LabError CONFIG_INVALID if they are others than when it was queued.
 */
export const withPresentData = (run: RunSummary, library: Library, store: Store): RunSummary => {
  const { config } = run;
  const identity = presentData(config.dataset, library);
  if (identity === null || identity === config.dataset.identity) return run;
  const described = { ...config, dataset: { ...config.dataset, identity } };
  store.write.describe(run.id, described);
  return { ...run, config: described };
};

/**
 * What a trainer reads for a configuration. @param runtime - null: it has an engine elsewhere.
 * @throws LabError ENGINE_* or DATASET_NOT_FOUND.
 */
export const filesOf = async (config: RunConfig, library: Library, runtime: Runtime | null, labVersion: string) => ({
  dataset: library.get(config.dataset.id),
  datasetFolder: library.folderOf(config.dataset.id),
  bindingPath: config.device.engine === 'tensorflow' ? ((await runtime?.tensorflow())?.bindingPath ?? null) : null,
  labVersion,
});

/** @throws LabError RUN_STATE where the checkpoint is gone, and as `filesOf` does. */
export const analyseInputOf = async (
  { runId, fileName, settings, rowsDone }: StoredAnalysis,
  lab: { store: Store; library: Library; runtime: Runtime; labVersion: string; checkpoints: Checkpoints },
): Promise<AnalyseInput> => {
  const { store, library, runtime, labVersion, checkpoints } = lab;
  const run = store.read.runs.one(runId);
  const checkpoint = store.read.checkpoints(runId).find((each) => each.fileName === fileName);
  if (run === null || checkpoint === undefined) {
    throw new LabError(
      'RUN_STATE',
      `The checkpoint ${fileName} of run ${runId} is no more: the run went on and kept later ones. Analyse it again.`,
    );
  }
  const files = await filesOf(run.config, library, runtime, labVersion);
  const place = { path: checkpoints.pathOf(runId, fileName), sha256: checkpoint.sha256 };
  return { ...files, config: run.config, checkpoint: place, settings, from: rowsDone };
};
