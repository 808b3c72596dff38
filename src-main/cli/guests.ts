import type { RunId } from '../../shared/run.ts';
import type { Lab } from '../lab/lab.ts';
import { exitCodes } from './exitCodes.ts';
import { say } from './say.ts';
import { onSignals } from './signals.ts';

/** Does the work, and stays until what other commands have asked this lab for has ended too; a signal ends both. */
export const withGuests = async <T>(lab: Lab, work: (lab: Lab) => Promise<T>): Promise<T> => {
  const result = await work(lab);
  const wasEnded = result === exitCodes.interrupted || result === exitCodes.terminated;
  if (!wasEnded && lab.guestRuns().length > 0) await untilGuestsEnded(lab);
  return result;
};

const untilGuestsEnded = async (lab: Lab): Promise<void> => {
  const runsLeft = async (): Promise<readonly RunId[]> => {
    const { running, waiting, holdReason } = await lab.queue({});
    const asked = lab.guestRuns();
    return holdReason === undefined
      ? [...running, ...waiting].map(({ id }) => id).filter((id) => asked.includes(id))
      : [];
  };
  const ids = await runsLeft();
  if (ids.length === 0) return;
  say(
    `Another command has asked for run ${ids.join(', ')}: this one ends once they have. Ctrl-C ends it now, and keeps a checkpoint.`,
  );
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      stopListening();
      endSignals();
      resolve();
    };
    const endSignals = onSignals(() => lab, finish);
    const look = (): void => void runsLeft().then((left) => (left.length === 0 ? finish() : undefined));
    const stopListening = lab.onEvent((event) => {
      if (event.type === 'queueChanged') look();
    });
    look(); // they may have ended meanwhile
  });
};
