import { selfTestJob, type SelfTestEvent } from '../../../../shared/jobs/selfTest.ts';
import { modelInfos } from '../../../../shared/models.ts';
import type { SelfTestSpeed } from '../../../../shared/selfTest.ts';
import type { ModelId } from '../../../../shared/runConfig.ts';
import { openEngine } from '../../engine/engines.ts';
import { mixedPrecisionOps } from '../../engine/mixedPrecision.ts';
import { networkOf } from '../../models/index.ts';
import { job } from '../job.ts';
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

/** Says how much of a number of equal parts is done, and of what. */
const progressOf = (total: number) => {
  let done = 0;
  let message = '';
  const told = (): SelfTestEvent => ({ type: 'progressed', progress: { message, share: Math.min(1, done / total) } });
  return {
    begin(what: string): SelfTestEvent {
      message = what;
      return told();
    },
    advance(): SelfTestEvent {
      done++;
      return told();
    },
  };
};

/**
 * Measures an engine in one precision: how far its gradients are from the reference's, what a convolution reaches at most, and how
 * fast it trains. The event loop gets its turn between two steps.
 */
export const selfTest = job(selfTestJob, async function* ({ device, precision, bindingPath, steps }) {
  const ops = openEngine(device, bindingPath);
  const passes = precision === 'bfloat16' ? mixedPrecisionOps(ops) : ops;
  const tries = Math.min(convolutionTries, steps);
  // A step of each network, a try of the convolution, and the gradients count alike.
  const { begin, advance } = progressOf(1 + (tries + 1) + networks.length * (steps + 1));
  async function* advancing<R>(work: AsyncGenerator<void, R>): AsyncGenerator<SelfTestEvent, R> {
    let part = await work.next();
    while (part.done !== true) {
      yield advance();
      part = await work.next();
    }
    return part.value;
  }

  yield begin('Comparing gradients with the reference');
  const deviation = gradientDeviation(ops, passes);
  yield advance();
  yield begin('Measuring convolutions');
  const convolutionGflops = yield* advancing(convolutionLimit(ops, passes, precision, tries));
  const speeds: SelfTestSpeed[] = [];
  for (const { model, batchSize } of networks) {
    const network = networkOf(model, [32, 32, 3], 10);
    const known = speeds.at(-1);
    const seconds = known === undefined ? 0 : ((steps + 1) * stepGflop(network, batchSize)) / known.gflops;
    if (seconds > mostSeconds) continue;
    yield begin(`Training ${modelInfos[model].name}`);
    const whole = { training: passes, ranking: passes, microBatch: null };
    speeds.push(yield* advancing(trainingSpeed(ops, whole, model, network, batchSize, steps)));
  }
  const { name: version, device: kind, threads, oneDnn } = ops;
  const measurement = { version, device: kind, threads, oneDnn, speeds, convolutionGflops, ...deviation };
  yield { type: 'measured', measurement };
});
