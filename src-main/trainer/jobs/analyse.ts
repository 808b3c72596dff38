import { setImmediate } from 'node:timers/promises';
import { analyseJob, type AnalyseEvent } from '../../../shared/jobs/analyse.ts';
import { analysisRows } from '../analyses/index.ts';
import { openSubject } from '../analyses/openSubject.ts';
import { openEngine } from '../engine/engines.ts';
import { job } from './job.ts';

/** Thrown between two passes of an analysis that is asked to end. */
class AnalysisStopped extends Error {}

/** Analyses a checkpoint from the row on that is not there yet. */
export const analyse = job(analyseJob, async function* (input, stop): AsyncGenerator<AnalyseEvent> {
  const pause = async (): Promise<void> => {
    await setImmediate();
    if (stop.when !== null) throw new AnalysisStopped();
  };
  try {
    const subject = await openSubject(openEngine(input.config.device, input.bindingPath), input, pause);
    yield { type: 'opened' };
    let place = input.from;
    for await (const row of analysisRows(subject, input.settings, place)) yield { type: 'row', place: place++, row };
    yield { type: 'done' };
  } catch (error) {
    if (!(error instanceof AnalysisStopped)) throw error;
    yield { type: 'stopped' };
  }
});
