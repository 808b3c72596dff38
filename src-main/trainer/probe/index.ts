import type { ProbeMeasurement, ProbeProgress, ProbeSpeed } from '../../../shared/probe.ts';
import { modelInfos } from '../../../shared/models.ts';
import type { ModelId, Precision } from '../../../shared/runConfig.ts';
import { mixedPrecisionOps } from '../engine/mixedPrecision.ts';
import type { Ops } from '../engine/ops.ts';
import { networkOf } from '../models/index.ts';
import { convolutionLimit } from './convolutionLimit.ts';
import { gradientDeviation } from './gradientDeviation.ts';
import { stepGflop, trainingSpeed } from './trainingSpeed.ts';

/** A small and a medium network, in this order: how fast the one was tells whether the other would take too long. */
const networks: readonly { readonly model: ModelId; readonly batchSize: number }[] = [
  { model: 'resnet8', batchSize: 128 },
  { model: 'resnet18', batchSize: 32 },
];
const mostSeconds = 45;
const convolutionTries = 5;

/**
 * Measures an engine in one precision: how far its gradients are from the reference's, what a convolution reaches at most, and how
 * fast it trains. The event loop gets its turn between two steps.
 * @param steps - timed steps of each network.
 */
export const probeEngine = async (
  ops: Ops,
  precision: Precision,
  steps: number,
  onProgress: (progress: ProbeProgress) => void,
): Promise<ProbeMeasurement> => {
  const passes = precision === 'bfloat16' ? mixedPrecisionOps(ops) : ops;
  const tries = Math.min(convolutionTries, steps);
  // A step of each network, a try of the convolution, and the gradients count alike.
  const total = 1 + (tries + 1) + networks.length * (steps + 1);
  let done = 0;
  let message = '';
  const begin = (what: string): void => {
    message = what;
    onProgress({ message, share: Math.min(1, done / total) });
  };
  const advance = (): void => {
    done++;
    begin(message);
  };

  begin('Comparing gradients with the reference');
  const deviation = gradientDeviation(ops, passes);
  advance();
  begin('Measuring convolutions');
  const convolutionGflops = await convolutionLimit(ops, passes, precision, tries, advance);
  const speeds: ProbeSpeed[] = [];
  for (const { model, batchSize } of networks) {
    const network = networkOf(model, [32, 32, 3], 10);
    const known = speeds.at(-1);
    const seconds = known === undefined ? 0 : ((steps + 1) * stepGflop(network, batchSize)) / known.gflops;
    if (seconds > mostSeconds) continue;
    begin(`Training ${modelInfos[model].name}`);
    const whole = { training: passes, ranking: passes, microBatch: null };
    speeds.push(await trainingSpeed(ops, whole, model, network, batchSize, steps, advance));
  }
  return {
    version: ops.name,
    device: ops.device,
    threads: ops.threads,
    oneDnn: ops.oneDnn,
    speeds,
    convolutionGflops,
    ...deviation,
  };
};
