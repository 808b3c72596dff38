import { LabError } from '../../../shared/errors.ts';
import { trainJob } from '../../../shared/jobs/train.ts';
import { memoryAdvice } from '../../../shared/memoryAdvice.ts';
import { openEngine } from '../engine/engines.ts';
import { openRun } from '../run.ts';
import { train } from '../train.ts';
import { job } from './job.ts';

/** Trains one run. Where its memory runs out, what to try is said. */
export const training = job(trainJob, async function* (input, stop) {
  const { config, dataset, datasetFolder, bindingPath, labVersion, checkpoints = null } = input;
  try {
    const ops = openEngine(config.device, bindingPath);
    yield* train(openRun(ops, config, dataset, datasetFolder, labVersion), stop, checkpoints);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'OUT_OF_MEMORY') throw error;
    throw new LabError('OUT_OF_MEMORY', `${error.message} ${memoryAdvice(config)}`, { cause: error });
  }
});
