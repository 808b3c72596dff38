import { analysisWork } from '../../../shared/analyses/index.ts';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { isMeasured } from '../../../shared/studies/study.ts';
import type { Study } from '../../../shared/studies/study.ts';
import type { LabApi } from '../../../shared/labApi.ts';
import { misfitOf } from '../../../shared/models.ts';
import type { Library } from '../datasets/index.ts';
import { labFile } from '../figures/files.ts';
import { analysisMs, planExperiment } from '../plan.ts';
import { experimentDocument } from '../reports/experiment.ts';
import { reportFile, reportSubtitle } from '../reports/index.ts';
import { studyDocument } from '../reports/study.ts';
import { processor } from '../processor.ts';
import type { Store } from '../store/index.ts';
import { narrowExperiments, paperExperiments, smallExperiment } from '../studies/experiments.ts';
import { unmeasured } from '../studies/overhead.ts';
import { readStudies, studyOf } from '../studies/read.ts';
import { studyReport } from '../studies/report.ts';
import { answering } from './answering.ts';

type StudyApi = Pick<LabApi, 'studies' | 'study' | 'studyExperiments' | 'exportStudy' | 'report'>;

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
): StudyApi => {
  const findDataset = (id: string) => library.list().find((set) => set.id === id) ?? null;
  const parts = { read, findDataset };
  const hoursOf = (experiment: Experiment): number | null => {
    const times = planExperiment(read, experiment, findDataset).map(({ estimatedMs }) => estimatedMs);
    return times.some((ms) => ms === null) ? null : times.reduce((sum: number, ms) => sum + (ms ?? 0), 0) / 3_600_000;
  };
  /** What a study that draws analyses of its checkpoints takes beside the training; null where that is not known. */
  const analysisHours = ({ drawing }: Study, experiment: Experiment, dataset: DatasetInfo): number | null => {
    if (drawing.kind !== 'analyses') return 0;
    const { passes } = analysisWork(drawing.settings);
    const { split, examples } = drawing.settings;
    const available = split === 'train' ? dataset.trainCount : dataset.testCount;
    const work = { passes, examples: Math.min(examples, available) };
    const times = expandGroups(experiment).map((group) => analysisMs(read, { ...group, seed: 0 }, dataset, work));
    return times.some((ms) => ms === null) ? null : times.reduce((sum: number, ms) => sum + (ms ?? 0), 0) / 3_600_000;
  };
  return {
    studies: answering(() =>
      readStudies(paperFolder).map((study) => {
        const { id, item, title, missing } = study;
        return { id, item, title, missing, coverage: studyReport(study, 'paper', parts).coverage };
      }),
    ),
    study: answering(({ id, form }) => studyReport(studyOf(paperFolder, id), form, parts)),
    studyExperiments: async ({ id, small }) => {
      await builtIn;
      const study = studyOf(paperFolder, id);
      if (study.rows.length === 0)
        throw new LabError('CONFIG_INVALID', `${study.item} trains nothing: ${study.missing ?? study.description}`);
      const missing = (experiments: Experiment[]): Experiment[] =>
        isMeasured(study) ? unmeasured(experiments, read.speedMeasurements(processor())) : experiments;
      if (small === null) return missing(paperExperiments(study));
      const dataset = findDataset(small.datasetId);
      if (dataset === null)
        throw new LabError(
          'DATASET_NOT_FOUND',
          `The data set "${small.datasetId}" is not in this workspace; import it first.`,
        );
      if (isMeasured(study)) return missing(narrowExperiments(study, { ...small, dataset, width: small.width ?? 256 }));
      const misfit = misfitOf(small.model, dataset.height, dataset.width);
      if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit);
      return [
        smallExperiment(study, { ...small, dataset }, (experiment) => {
          const [training, analysing] = [hoursOf(experiment), analysisHours(study, experiment, dataset)];
          return training === null || analysing === null ? null : training + analysing;
        }),
      ];
    },
    report: async ({ about, format }) => {
      const subtitle = reportSubtitle(labVersion);
      const report =
        about.kind === 'results'
          ? experimentDocument(read, about.query, subtitle)
          : studyDocument(read, studyReport(studyOf(paperFolder, about.id), about.form, parts), subtitle);
      return reportFile(report, format);
    },
    exportStudy: async ({ id, form, format, column }) => {
      const { figure, study } = studyReport(studyOf(paperFolder, id), form, parts);
      if (figure === null)
        throw new LabError(
          'EXPORT_EMPTY',
          `${study.item} cannot be drawn yet: ${study.missing ?? 'none of its runs has finished.'}`,
        );
      return labFile(figure, format, column);
    },
  };
};
