import { counted } from '../../../shared/counted.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import type { TrainingEvent } from '../../../shared/jobs/train.ts';
import type { EpochMetrics } from '../../../shared/metrics.ts';
import { bytesText, countText, percentText, rateText } from '../../../shared/numberText.ts';
import type { LogLine } from '../../../shared/run.ts';
import { modelNameOf } from '../../../shared/models.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import { publishedName } from '../../../shared/publishedSets.ts';
import type { EndState } from '../store/index.ts';
import type { RecordedRun } from './recording.ts';

type Said = Pick<LogLine, 'level' | 'text'>;

const info = (text: string): Said => ({ level: 'info', text });
const percent = (fraction: number): string => `${percentText(fraction)} %`;

type Trained = Pick<RecordedRun, 'config' | 'dataset'>;

/** "MNIST, 1,024 of 60,000 images to train on, 10,000 to test on". */
const dataText = ({ config, dataset }: Trained, { trainExamples, testExamples }: RunEnvironment): string => {
  const part = (used: number, all: number): string =>
    used === all ? countText(all) : `${countText(used)} of ${countText(all)}`;
  const trained = part(trainExamples, dataset?.trainCount ?? trainExamples);
  const tested = part(testExamples, dataset?.testCount ?? testExamples);
  const name = dataset?.name ?? publishedName(config.dataset.id);
  return `${name}, ${trained} images to train on, ${tested} to test on`;
};

const started = (run: Trained, environment: RunEnvironment): Said[] => {
  const { config } = run;
  const { engine, device, threads, oneDnn, cpuModel, cpuCores, memoryBytes, labVersion, platform } = environment;
  const threadText = threads === null ? '' : `, ${counted(threads, 'thread')}`;
  const oneDnnText = oneDnn === null ? '' : `, oneDNN ${oneDnn ? 'on' : 'off'}`;
  const { parameterCount, parameterTensors } = environment;
  return [
    info(`Engine: ${engine} on ${device}, ${config.precision}${threadText}${oneDnnText}; ESAM Lab ${labVersion}.`),
    info(`Machine: ${cpuModel}, ${counted(cpuCores, 'core')}, ${bytesText(memoryBytes)} of memory, ${platform}.`),
    info(`Data: ${dataText(run, environment)}; SHA-256 ${environment.datasetSha256.slice(0, 12)}….`),
    info(
      `Network: ${modelNameOf(config.model)}, ${countText(parameterCount)} parameters in ${countText(parameterTensors)} tensors; ` +
        `${counted(config.epochs, 'epoch')} of batches of ${countText(config.batchSize)}, seed ${config.seed}.`,
    ),
  ];
};

const epochFinished = (metrics: EpochMetrics, config: RunConfig): Said => {
  const { epoch, trainLoss, testLoss, testAccuracy, imagesPerSecond, learningRate } = metrics;
  const loss = (value: number | null): string => (value === null ? 'not finite' : value.toFixed(4));
  const speed = imagesPerSecond === null ? '' : `, ${rateText(imagesPerSecond)} images/s`;
  return info(
    `Epoch ${countText(epoch)} of ${countText(config.epochs)}: training loss ${loss(trainLoss)}, test loss ${loss(testLoss)}, ` +
      `test accuracy ${percent(testAccuracy)}${speed}, learning rate ${Number(learningRate.toPrecision(4))}.`,
  );
};

/** What a run's log says of an event: engine, data, network, each epoch and checkpoint. Lines of the trainer's own come from it. */
export const linesOf = (event: TrainingEvent, run: Trained): Said[] => {
  switch (event.type) {
    case 'started':
      return started(run, event.environment);
    case 'epochFinished':
      return [epochFinished(event.metrics, run.config)];
    case 'checkpointed': {
      const { epoch, epochStep, step, sizeBytes } = event.checkpoint;
      const where =
        epochStep === 0
          ? `after epoch ${countText(epoch)}`
          : `in epoch ${countText(epoch + 1)}, after step ${countText(step)}`;
      return [info(`Checkpoint ${where}: ${bytesText(sizeBytes)}.`)];
    }
    default:
      return [];
  }
};

const endLevels: Partial<Record<EndState, LogLine['level']>> = {
  finished: 'info',
  stopped: 'info',
  interrupted: 'warning',
};

/** How the run ended, as its log says it. */
export const lineOfEnd = (state: EndState, reason: string | null): Said => ({
  level: endLevels[state] ?? 'error',
  text: reason ?? `The run ${state}.`,
});
