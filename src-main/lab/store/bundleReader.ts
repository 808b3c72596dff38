import type { BundledAnalysis, BundledRun } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { nameOfLab } from '../../../shared/origin.ts';
import type { Origin } from '../../../shared/origin.ts';
import type { RunId } from '../../../shared/run.ts';
import { analysisTable } from './analyses.ts';
import { annotationTable } from './annotations.ts';
import { checkpointTable } from './checkpoints.ts';
import { checksumTable } from './checksums.ts';
import type { Database } from './database.ts';
import { environmentTable } from './environments.ts';
import { epochTable } from './epochs.ts';
import { logTable } from './logs.ts';
import { originTable } from './origins.ts';
import { runReader } from './runs.ts';
import { stepTable } from './steps.ts';
import { trainedInTable } from './trainedIn.ts';
import { NotUnderstood } from './understood.ts';

/** Of a log as long as a disk is large, a bundle takes the end. */
const mostLogLines = 10_000;

/** All that is known of a run, and the experiment that it belongs to in this workspace. */
export interface ExportedRun extends Omit<BundledRun, 'experiment'> {
  readonly experimentId: number;
}

/** Reads whole runs for a bundle: every sampled step, and nothing that is damaged or only understood in part. */
export const bundleReader = (database: Database) => {
  const origins = originTable(database);
  const checksums = checksumTable(database);
  const nonFinite = (table: 'epoch' | 'step') =>
    database.prepare<[RunId], number>(`SELECT ${table} FROM ${table} WHERE run_id = ? AND non_finite = 1`).pluck();
  const [nonFiniteEpochs, nonFiniteSteps] = [nonFinite('epoch'), nonFinite('step')];

  /** This lab, as others see it. */
  const self = (name: string | null, isExample: boolean): Origin => {
    const lab = origins.ownLab();
    return { lab, name: name ?? nameOfLab(lab), isExample };
  };

  const analysesOf = (run: RunId, strict: NotUnderstood): BundledAnalysis[] => {
    const table = analysisTable(database, strict);
    return table
      .ofRun(run)
      .flatMap(({ id, runId: _, rowsDone: __, state, ...analysis }): BundledAnalysis[] =>
        state === 'queued' || state === 'running' ? [] : [{ ...analysis, state, rows: table.rows(id) }],
      );
  };

  return {
    self,
    /**
     * @param own - this lab, which runs that were trained here come from.
     * @throws LabError RUN_STATE where the run has not ended or is damaged, RUN_NOT_UNDERSTOOD where a part of it is not understood.
     */
    run: (id: RunId, own: Origin, withCheckpoints: boolean): ExportedRun => {
      const strict = new NotUnderstood();
      const run = runReader(database, strict).one(id);
      if (run === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${id} in this workspace.`);
      const { experimentId, config, state, reason, createdAt, startedAt, endedAt, doubt } = run;
      if (state === 'queued' || state === 'running' || endedAt === null)
        throw new LabError('RUN_STATE', `Run ${id} is ${state}; a bundle takes runs that have ended.`);
      if (checksums.damagedEpochs(id).length > 0 || checksums.isSummaryDamaged(id))
        throw new LabError('RUN_STATE', `Run ${id} is damaged: what it measured is not what was stored.`);
      const [infinite, infiniteSteps] = [new Set(nonFiniteEpochs.all(id)), new Set(nonFiniteSteps.all(id))];
      const trainedIn = trainedInTable(database, strict).of(id);
      const annotation = annotationTable(database, strict).of(id);
      const exported: ExportedRun = {
        ...{ origin: run.origin ?? { ...own, run: id }, experimentId, config, state, reason },
        ...{ createdAt, startedAt, endedAt },
        environment: environmentTable(database, strict).of(id),
        ...(trainedIn.length > 1 && { trainedIn }),
        epochs: epochTable(database, strict)
          .of(id)
          .map((metrics) => ({ metrics, nonFinite: infinite.has(metrics.epoch) })),
        steps: stepTable(database, strict)
          .of(id, Infinity)
          .map((metrics) => ({ metrics, nonFinite: infiniteSteps.has(metrics.step) })),
        log: logTable(database, strict).last(id, mostLogLines),
        ...(doubt !== null && { doubt }),
        ...(annotation !== null && { annotation }),
        analyses: analysesOf(id, strict),
        checkpoints: withCheckpoints ? checkpointTable(database, strict).of(id) : [],
      };
      const [problem] = strict.sentences();
      if (problem !== undefined) throw new LabError('RUN_NOT_UNDERSTOOD', `Run ${id} cannot be exported: ${problem}`);
      return exported;
    },
  };
};
