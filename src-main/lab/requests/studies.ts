import { analysisWork } from '../../../shared/analyses/index.ts';
import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import type { Study } from '../../../shared/studies/study.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { studyApi } from '../../../shared/requests/studies.ts';
import { misfitOf } from '../../../shared/models.ts';
import { speedLimitMs } from '../../../shared/speed.ts';
import type { Library } from '../datasets/index.ts';
import { labFile } from '../figures/files.ts';
import { analysisMs, eachPlanned } from '../plan.ts';
import { experimentDocument } from '../reports/experiment.ts';
import { reportFile, reportSubtitle } from '../reports/index.ts';
import { studyDocument } from '../reports/study.ts';
import { processor } from '../processor.ts';
import type { Store } from '../store/index.ts';
import { begunExperiment, narrowExperiments, paperExperiments } from '../studies/experiments.ts';
import { begunNetworks, unmeasured } from '../studies/overhead.ts';
import { readStudies, studyOf } from '../studies/read.ts';
import { groupFinder, type ReportParts } from '../studies/cells.ts';
import { coverageOf, studyReport } from '../studies/report.ts';
import { smallExperiment, type SmallTimes } from '../studies/smallForm.ts';
import { answering } from './answering.ts';

/** A run's own beside its epochs: its process, engine and data come up. */
const startMs = 1000;

type StudyApi = Requests<typeof studyApi>;

/** Requests about the paper's tables and figures, and reports of them and of experiments. */
export const studyRequests = (
  {
    store: { read },
    library,
    labVersion,
    builtIn,
  }: {
    store: Store;
    library: Library;
    labVersion: string;
    /** The set that comes with the app is there. */ builtIn: Promise<void>;
  },
  paperFolder: string,
  note: (notice: string | null) => void,
): StudyApi => {
  const findDataset = (id: string) => library.list().find((set) => set.id === id) ?? null;
  const partsNow = (): ReportParts => ({ read, findDataset, find: groupFinder(read) });
  /** Null where one of them is not known. */
  const hoursOfMs = (times: readonly (number | null)[]): number | null =>
    times.some((ms) => ms === null) ? null : times.reduce((sum: number, ms) => sum + (ms ?? 0), 0) / 3_600_000;
  /** Of what has not finished yet. */
  const hoursOf = (experiment: Experiment): number | null => {
    const missing = [...eachPlanned(read, experiment, findDataset)].filter(
      ({ finishedRunId }) => finishedRunId === null,
    );
    const measured = experiment.measureSpeed ? unmeasured([experiment], read.speedMeasurements(processor())) : [];
    return hoursOfMs([
      ...missing.map(({ estimatedMs }) => (estimatedMs === null ? null : estimatedMs + startMs)),
      ...measured.map(() => speedLimitMs),
    ]);
  };
  /** What analyses of its checkpoints take beside the training. */
  const analysisHoursOf = (experiment: Experiment, dataset: DatasetInfo, settings: AnalysisSettings): number | null => {
    const { split, examples } = settings;
    const available = split === 'train' ? dataset.trainCount : dataset.testCount;
    const work = { ...analysisWork(settings), examples: Math.min(examples, available) };
    return hoursOfMs(expandGroups(experiment).map((group) => analysisMs(read, { ...group, seed: 0 }, dataset, work)));
  };
  const begun = (study: Study): Experiment[] => {
    const all = read.speedMeasurements(processor());
    const networks = begunNetworks(study, all);
    const dataset = networks === null ? null : findDataset(networks.datasetId);
    if (networks !== null && dataset !== null) return narrowExperiments(study, { ...networks, dataset });
    const experiment = begunExperiment(study, read);
    if (experiment !== null) return [experiment];
    throw new LabError(
      'CONFIG_INVALID',
      `No small form of ${study.item} has been queued yet. Choose data, a network and hours for one; on the command line: esam-lab study run ${study.id} --on mnist --hours 1.`,
    );
  };
  return {
    studies: answering(() => {
      const parts = partsNow();
      const { found, problems } = readStudies(paperFolder);
      problems.forEach((problem) => console.error(problem));
      note(problems.length === 0 ? null : problems.join(' '));
      return found.map((study) => {
        const { id, item, title, missing } = study;
        const [coverage, small] = [coverageOf(study, 'paper', parts), coverageOf(study, 'small', parts)];
        return { id, item, title, missing, coverage, small: small.runs === 0 && small.cellsDone === 0 ? null : small };
      });
    }),
    study: answering(({ id, form }) => studyReport(studyOf(paperFolder, id), form, partsNow())),
    studyExperiments: async ({ id, small, again }) => {
      await builtIn;
      const study = studyOf(paperFolder, id);
      if (study.rows.length === 0)
        throw new LabError('CONFIG_INVALID', `${study.item} trains nothing: ${study.description}`);
      if (study.missing !== null && small === null)
        throw new LabError('CONFIG_INVALID', `${study.item}: ${study.missing}`);
      const missing = (experiments: Experiment[]): Experiment[] =>
        isMeasured(study) && again !== true
          ? unmeasured(experiments, read.speedMeasurements(processor()))
          : experiments;
      if (small === null) return missing(paperExperiments(study));
      if (small === 'begun') return missing(begun(study));
      const dataset = findDataset(small.datasetId);
      if (dataset === null)
        throw new LabError(
          'DATASET_NOT_FOUND',
          `The data set "${small.datasetId}" is not in this workspace; import it first.`,
        );
      if (isMeasured(study)) return missing(narrowExperiments(study, { ...small, dataset, width: small.width ?? 256 }));
      const misfit = misfitOf(small.model, dataset.height, dataset.width);
      if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit);
      const times: SmallTimes = {
        hoursOf,
        analysisHoursOf: (experiment, settings) => analysisHoursOf(experiment, dataset, settings),
      };
      return [smallExperiment(study, { ...small, dataset }, times)];
    },
    report: async ({ about, format }) => {
      const subtitle = reportSubtitle(labVersion);
      const report =
        about.kind === 'results'
          ? experimentDocument(read, about.query, subtitle)
          : studyDocument(read, studyReport(studyOf(paperFolder, about.id), about.form, partsNow()), subtitle);
      return reportFile(report, format);
    },
    exportStudy: async ({ id, form, format, column }) => {
      const { figure, study } = studyReport(studyOf(paperFolder, id), form, partsNow());
      if (figure === null)
        throw new LabError(
          'EXPORT_EMPTY',
          `${study.item} cannot be drawn yet: ${study.missing ?? 'none of its runs has finished.'}`,
        );
      return labFile(figure, format, column);
    },
  };
};
