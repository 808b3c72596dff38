import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { resumingApi } from '../../../shared/requests/resuming.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import { originText } from '../../../shared/origin.ts';
import { exactFacts, factDifferences } from '../../../shared/environments.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import { boundToEpochs } from '../../../shared/runConfig.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { Library } from '../datasets/index.ts';
import { emptyTrash } from '../emptyTrash.ts';
import { checkPresentData } from '../presentData.ts';
import { presentFacts } from '../presentFacts.ts';
import type { Runtime } from '../runtime.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type ResumingApi = Requests<typeof resumingApi>;

export interface ResumingParts {
  readonly store: Store;
  readonly library: Library;
  /** Resolves when the built-in set is there, or cannot be. */
  readonly builtIn: Promise<void>;
  readonly checkpoints: Checkpoints;
  readonly runtime: Runtime;
  readonly labVersion: string;
  /** Runs were put into the queue. */
  readonly added: (runIds: readonly RunId[]) => void;
  readonly emit: (event: LabEvent) => void;
}

/** Requests that live on what runs have left behind. */
export const resumingRequests = ({
  store,
  library,
  builtIn,
  checkpoints,
  runtime,
  labVersion,
  added,
  emit,
}: ResumingParts): ResumingApi => {
  const tell = (runIds: readonly RunId[]): void => {
    for (const run of runIds.map((id) => store.read.runs.one(id))) if (run !== null) emit({ type: 'runChanged', run });
  };
  /** @throws LabError as `checkPresentData` does, or RUN_STATE where another lab began one of them. */
  const checkResumable = async (runIds: readonly RunId[]): Promise<void> => {
    await builtIn;
    for (const id of runIds) refuseImported(store.read.runs.one(id), 'gone on with');
    await checkPresentData(
      runIds.flatMap((id) => store.read.runs.one(id)?.config ?? []),
      library,
    );
  };
  return {
    inexactResumes: async ({ runIds, place }) => {
      await checkResumable(runIds); // nobody is asked about what cannot be
      const facts = await presentFacts(runtime, labVersion);
      return runIds.flatMap((runId) => {
        const run = store.read.runs.one(runId);
        const then = store.read.trainedIn(runId).at(-1)?.environment;
        if (run === null || then === undefined || store.read.checkpoints(runId).length === 0) return [];
        if ((place === undefined ? run.wantedPlace : place) !== null) return [];
        const differences = factDifferences(exactFacts(then), facts(run.config.device, exactFacts(then)));
        return differences.length === 0 ? [] : [{ runId, differences }];
      });
    },
    resumeRuns: async ({ runIds, place }) => {
      await checkResumable(runIds);
      store.write.resume(runIds, place);
      tell(runIds); // who waits for their end waits on
      added(runIds);
      return {};
    },
    markFailed: doing(({ runIds }) => {
      for (const id of runIds) refuseImported(store.read.runs.one(id), 'called failed');
      store.write.markFailed(runIds);
      tell(runIds);
    }),
    extendRun: async ({ runId, epochs }) => {
      await builtIn;
      const { experiment, run } = extensionOf(store, runId, epochs);
      await checkPresentData([run.config], library);
      const config = { ...run.config, epochs };
      const result = checkpoints.placing((place) =>
        store.write.addExtension(experiment, config, runId, (to) => checkpoints.share(runId, to, place)),
      );
      const text = `Goes on from run ${runId}, whose ${run.config.epochs} epochs it begins with.`;
      store.write.log(result.runId, { at: new Date().toISOString(), level: 'info', text });
      added([result.runId]);
      return result;
    },
    emptyTrash: answering(() => {
      const emptied = emptyTrash(store, checkpoints);
      emit({ type: 'runsChanged' });
      return emptied;
    }),
  };
};

/** What another lab has begun would be of two labs. */
const refuseImported = (run: RunSummary | null, what: string): void => {
  if (run?.origin)
    throw new LabError(
      'RUN_STATE',
      `Run ${run.id} was imported (${originText(run.origin)}) and cannot be ${what} here; train it anew instead.`,
    );
};

/** @throws LabError RUN_NOT_FOUND, RUN_STATE or CONFIG_INVALID where a run cannot be extended, with the reason. */
const extensionOf = ({ read }: Store, runId: RunId, epochs: number): { experiment: Experiment; run: RunSummary } => {
  const run = read.runs.one(runId);
  if (run === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
  refuseImported(run, 'extended');
  const { config, state } = run;
  if (state !== 'finished') {
    throw new LabError('RUN_STATE', `Run ${runId} is ${state}; only finished runs can be extended, others resumed.`);
  }
  if (epochs <= config.epochs) {
    throw new LabError('CONFIG_INVALID', `Run ${runId} has ${config.epochs} epochs already; ask for more than that.`);
  }
  const bound = boundToEpochs(config);
  if (bound !== null) {
    throw new LabError(
      'CONFIG_INVALID',
      `Run ${runId} cannot be extended: ${bound} depends on the number of epochs, so with ${epochs} of them ` +
        `its ${counted(config.epochs, 'epoch')} would have been others. Train a new run with more epochs.`,
    );
  }
  if (!read.checkpoints(runId).some(({ epoch, epochStep }) => epoch === config.epochs && epochStep === 0)) {
    throw new LabError(
      'RUN_STATE',
      `Run ${runId} has no checkpoint of its last epoch; train a new run with more epochs.`,
    );
  }
  const { optimizer, seed, ...shared } = config;
  return {
    run,
    experiment: {
      name: `${run.experimentName.slice(0, 100)}, ${epochs} epochs`,
      shared: { ...shared, epochs },
      arms: [optimizer],
      axes: [],
      seeds: [seed],
      skipFinished: false,
      measureSpeed: false,
    },
  };
};
