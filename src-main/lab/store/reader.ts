import type { CurveMetric } from '../../../shared/result.ts';
import type { RunDetail, RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';
import { analysisTable } from './analyses.ts';
import { annotationTable } from './annotations.ts';
import { checkpointTable } from './checkpoints.ts';
import { selfTestResultTable } from './selfTestResults.ts';
import { clusterJobTable } from './clusterJobs.ts';
import { environmentTable } from './environments.ts';
import { knownRuns } from './knownRuns.ts';
import { columnsOfCurve, curveOf } from './epochColumns.ts';
import type { CurvePoint } from './epochColumns.ts';
import { epochTable } from './epochs.ts';
import { experimentTable } from './experiments.ts';
import { logTable } from './logs.ts';
import { originTable } from './origins.ts';
import { bundleReader } from './bundleReader.ts';
import { pauseTable } from './pause.ts';
import { checksumTable } from './checksums.ts';
import { settingTable, windowChanges } from './settings.ts';
import { NotUnderstood } from './understood.ts';
import { runReader } from './runs.ts';
import { runViewTable } from './runViews.ts';
import { speedMeasurementTable } from './speedMeasurements.ts';
import { stepTable } from './steps.ts';
import { trainedInTable } from './trainedIn.ts';

const mostSteps = 2000;

/** All that can be read from the store. */
export const storeReader = (database: Database) => {
  const notUnderstood = new NotUnderstood();
  const checksums = checksumTable(database);
  const runs = runReader(database, notUnderstood, knownRuns(database));
  const environments = environmentTable(database, notUnderstood);
  const trainedIn = trainedInTable(database, notUnderstood);
  const epochs = epochTable(database, notUnderstood);
  const steps = stepTable(database, notUnderstood);
  const logs = logTable(database, notUnderstood);
  const checkpoints = checkpointTable(database, notUnderstood);
  const experiments = experimentTable(database, notUnderstood);
  const speeds = speedMeasurementTable(database, notUnderstood);
  const damagesOf = (id: RunId): string[] => {
    const isDrawn = checksums.columns(id, null) !== null;
    const damaged = checksums.damagedEpochs(id);
    const said = (what: string, consequence: string): string =>
      `What the workspace holds of ${what} of this run is not what was stored: its checksum differs. ${consequence} ` +
      'Check the disk, restore a backup, or train the run again.';
    // Times of phases stand on this run's page alone: Compare, which shows none, marks no run for them and need not read them.
    const ofCurves = isDrawn
      ? 'What the curves of groups show of it is whole.'
      : 'The run is left out of the curves of groups that would show any of it.';
    return [
      ...(damaged.length > 0 ? [said(`epoch ${damaged.join(', ')}`, ofCurves)] : []),
      ...(checksums.isSummaryDamaged(id) ? [said('the summary', 'The run is left out of every table.')] : []),
    ];
  };
  const written = database.prepare<[], number>('SELECT total_changes()').pluck();
  const writtenByOthers = database.prepare<[], number>('PRAGMA data_version').pluck();
  return {
    runs,
    /** Another one after whatever was written, by whomever; but for what windows of this lab keep. */
    version: (): string => `${(written.get() ?? 0) - windowChanges(database)} ${String(writtenByOthers.get())}`,
    epochs: epochs.of,
    /** A run's quantity epoch by epoch; nothing where what it is drawn from is not what was stored. */
    curve: (id: RunId, metric: CurveMetric): CurvePoint[] => {
      const columns = checksums.columns(id, columnsOfCurve(metric));
      return columns === null ? [] : curveOf(columns, metric);
    },
    /** Runs of which curves were read slowly, and will not be again once they are sealed. */
    takeUnsealed: checksums.takeUnsealed,
    /**
     * A run's test accuracy once it has trained for so long, between epochs by a straight line; null before its first epoch ended, after
     * its last, and where an epoch beside is not what was stored.
     */
    accuracyAt: (id: RunId, activeMs: number): number | null => {
      const [after, before] = epochs.testAccuracyAround(id, activeMs);
      if (after === undefined || checksums.isEpochDamaged(id, after.epoch)) return null;
      if (after.activeMs === activeMs) return after.value;
      if (before === undefined || checksums.isEpochDamaged(id, before.epoch)) return null;
      if (after.value === null || before.value === null) return null;
      const share = (activeMs - before.activeMs) / (after.activeMs - before.activeMs);
      return before.value + share * (after.value - before.value);
    },
    /** What of the workspace this version cannot read and leaves out, a sentence each, as far as it was looked at. */
    notUnderstood: (): string[] => notUnderstood.sentences(),
    environment: environments.of,
    trainedIn: trainedIn.of,
    checkpoints: checkpoints.of,
    checkpointRoom: checkpoints.room,
    settledRuns: checkpoints.settledRuns,
    setting: settingTable(database).of,
    settingsUnder: settingTable(database).under,
    analyses: analysisTable(database, notUnderstood),
    selfTestResults: selfTestResultTable(database, notUnderstood).of,
    liveJobs: clusterJobTable(database).live,
    speedMeasurements: speeds.of,
    /** Those that were imported from a lab, the newest first. */
    importedSpeeds: speeds.ofLab,
    ownSpeeds: speeds.own,
    origins: originTable(database, notUnderstood),
    bundles: bundleReader(database),
    experiments: experiments.all,
    experiment: experiments.definition,
    annotations: annotationTable(database, notUnderstood).all,
    runViews: runViewTable(database, notUnderstood).all,
    isPaused: pauseTable(database).isPaused,
    logPage: logs.page,
    detail: (id: RunId): RunDetail | null => {
      const run = runs.one(id);
      if (run === null) return null;
      const { lines, next } = logs.page(id, { toward: 'earlier', from: null, search: '' });
      return {
        run,
        environment: environments.of(id),
        trainedIn: trainedIn.of(id),
        epochs: epochs.of(id),
        steps: steps.of(id, mostSteps),
        log: lines,
        logBefore: next,
        checkpoints: checkpoints.of(id),
        damages: damagesOf(id),
      };
    },
  };
};
export type StoreReader = ReturnType<typeof storeReader>;
