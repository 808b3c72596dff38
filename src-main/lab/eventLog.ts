import type { AppLogLevel } from '../../shared/appLog.ts';
import type { EngineStatus } from '../../shared/device.ts';
import { engineInfos } from '../../shared/engines.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import { nameOfMethod } from '../../shared/method.ts';
import type { Queue } from '../../shared/queue.ts';
import type { RunState, RunSummary } from '../../shared/run.ts';
import type { AppLog } from './appLog.ts';

const levels: Partial<Record<RunState, AppLogLevel>> = {
  failed: 'error',
  diverged: 'warning',
  interrupted: 'warning',
};

/** Writes what the lab does into its log: runs that begin and end, what holds the queue, engines that come and go. Never what is the user's own: no names. */
export const eventLog = (log: AppLog): ((event: LabEvent) => void) => {
  const states = new Map<number, RunState>();
  const engines = new Map<string, string>();
  let hold: string | undefined;
  const runChanged = ({ id, state, reason, config, epochsDone }: RunSummary): void => {
    const former = states.get(id);
    if (former === state || (former === undefined && state === 'queued')) return;
    states.set(id, state);
    if (state === 'queued') return log.write('info', `Run ${String(id)} waits.`);
    if (state === 'running')
      return log.write(
        'info',
        `Run ${String(id)} starts: ${nameOfMethod(config.optimizer)} on ${engineInfos[config.device.engine].name}.`,
      );
    const words = `Run ${String(id)} ${state} after ${String(epochsDone)} of ${String(config.epochs)} epochs.`;
    log.write(levels[state] ?? 'info', reason === null ? words : `${words} ${reason}`);
  };
  const queueChanged = ({ holdReason }: Queue): void => {
    if (holdReason !== undefined && holdReason !== hold) log.write('warning', `The queue is held: ${holdReason}`);
    hold = holdReason;
  };
  const engineChanged = ({ id, state, version, reason }: EngineStatus): void => {
    const words = `${version ?? id}: ${state}${reason === null ? '' : `. ${reason}`}`;
    if (engines.get(id) !== words) log.write(state === 'broken' ? 'warning' : 'info', words);
    engines.set(id, words);
  };
  return (event) => {
    if (event.type === 'runChanged') runChanged(event.run);
    if (event.type === 'queueChanged') queueChanged(event.queue);
    if (event.type === 'deviceChanged') event.status.engines.forEach(engineChanged);
  };
};
