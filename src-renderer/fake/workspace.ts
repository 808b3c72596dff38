import type { DatasetInfo } from '../../shared/dataset.ts';
import type { DeviceStatus } from '../../shared/device.ts';
import type { LabEvent, Queue } from '../../shared/labApi.ts';
import type { LogLine, RunDetail, RunId, RunSummary } from '../../shared/run.ts';
import { expand, type Experiment } from '../../shared/experiment.ts';
import { type RunConfig } from '../../shared/runConfig.ts';
import { Refusal } from '../refusal.ts';
import { fakeDevice, fakeOldCompiler } from './machine.ts';
import { fakeDatasets, fakePresets } from './presets.ts';
import { backfill, hashOf, queuedRun } from './runs.ts';

export const now = (): string => new Date().toISOString();

/** What the fake lab holds, and who hears of its changes. */
export class FakeWorkspace {
  readonly scenario: string;
  readonly isEmpty: boolean;
  readonly listeners = new Set<(event: LabEvent) => void>();
  readonly experiments: { id: number; experiment: Experiment; createdAt: string }[] = [];
  readonly details: RunDetail[] = [];
  readonly trash = new Set<RunId>();
  waiting: RunId[] = [];
  isPaused = false;
  datasets: readonly DatasetInfo[] = fakeDatasets;
  device: DeviceStatus;

  constructor(scenario: string) {
    this.scenario = scenario;
    this.isEmpty = scenario === 'empty' || scenario === 'missing';
    this.device = scenario === 'old-compiler' ? fakeOldCompiler() : fakeDevice(scenario !== 'missing');
    if (!this.isEmpty) this.#fill();
  }

  tell(event: LabEvent): void {
    this.listeners.forEach((listener) => listener(structuredClone(event)));
  }

  tellQueue(): void {
    this.tell({ type: 'queueChanged', queue: this.queue() });
  }

  setDevice(device: DeviceStatus): void {
    this.device = device;
    this.tell({ type: 'deviceChanged', status: device });
  }

  /** Refuses where the scenario refuses every change. */
  mayChange(): void {
    if (this.scenario !== 'refusing') return;
    throw new Refusal(
      'WORKSPACE_UNWRITABLE',
      'The workspace’s disk is full: 0 bytes are free. Free some space and try again.',
    );
  }

  detailOf(runId: RunId): RunDetail {
    const detail = this.details.find(({ run }) => run.id === runId);
    if (!detail) throw new Refusal('RUN_NOT_FOUND', `There is no run ${runId} in this workspace.`);
    return detail;
  }

  /** All runs but those in the trash. */
  visible(): RunDetail[] {
    return this.details.filter(({ run }) => !this.trash.has(run.id));
  }

  queue(): Queue {
    const running = this.details.filter(({ run }) => run.state === 'running').map(({ run }) => run);
    return { paused: this.isPaused, running, waiting: this.waiting.map((id) => this.detailOf(id).run) };
  }

  finishedRun(config: RunConfig): RunId | null {
    const hash = hashOf(config);
    const isIt = ({ state, groupHash, config: { seed } }: RunSummary): boolean =>
      state === 'finished' && groupHash === hash && seed === config.seed;
    return this.visible().find(({ run }) => isIt(run))?.run.id ?? null;
  }

  change(detail: RunDetail, fields: Partial<RunSummary>): void {
    detail.run = { ...detail.run, ...fields };
    this.tell({ type: 'runChanged', run: detail.run });
  }

  log(detail: RunDetail, text: string, level: LogLine['level'] = 'info'): void {
    const line = { at: now(), level, text };
    detail.log.push(line);
    this.tell({ type: 'logged', runId: detail.run.id, line });
  }

  addRun(experimentId: number, experimentName: string, config: RunConfig, createdAt = now()): RunDetail {
    const detail = queuedRun({ id: this.details.length + 1, experimentId, experimentName, createdAt }, config);
    this.details.push(detail);
    return detail;
  }

  addExperiment(experiment: Experiment, configs = expand(experiment), createdAt = now()): RunDetail[] {
    const id = this.experiments.length + 1;
    this.experiments.push({ id, experiment, createdAt });
    return configs.map((config) => this.addRun(id, experiment.name, config, createdAt));
  }

  enqueue(details: readonly RunDetail[]): RunId[] {
    const runIds = details.map(({ run }) => run.id);
    this.waiting.push(...runIds);
    this.tellQueue();
    this.tell({ type: 'runsChanged' });
    return runIds;
  }

  #fill(): void {
    const [quick, parts] = fakePresets;
    if (!quick || !parts) return;
    const first = this.addExperiment({ ...parts.experiment, seeds: [0, 1, 2] }, undefined, '2026-11-23T15:00:00.000Z');
    first.forEach((detail, index) => {
      if (index === 13)
        backfill(detail, index * 2, 'interrupted', 'The app was closed while this run was in epoch 5 of 8.');
      else if (index === 14) backfill(detail, index * 2, 'stopped', 'Stopped after epoch 4 as asked.');
      else backfill(detail, index * 2);
    });
    const isQueued = this.scenario === '' || this.scenario === 'stalled';
    this.addExperiment(quick.experiment, undefined, '2026-11-23T16:20:00.000Z').forEach((detail, index) => {
      if (index < 4 || !isQueued) backfill(detail, 80 + index);
      else this.waiting.push(detail.run.id);
    });
    if (!isQueued) return;
    const more = { ...quick.experiment, name: 'Quick comparison, more seeds', seeds: [2, 3] };
    const added = this.addExperiment(more, undefined, '2026-11-23T16:25:00.000Z');
    this.waiting.push(...added.map(({ run }) => run.id));
  }
}
