import { setTimeout } from 'node:timers/promises';
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

/** A guest that stands still, as one that was suspended, is not waited for. */
const leavesWithinMs = 10_000;

const untilGuestsEnded = async (lab: Lab): Promise<void> => {
  const runsLeft = async (): Promise<readonly RunId[]> => {
    const { running, waiting, holdReason } = await lab.queue({});
    const asked = lab.guestRuns();
    return holdReason === undefined
      ? [...running, ...waiting].map(({ id }) => id).filter((id) => asked.includes(id))
      : [];
  };
  const told = new Set<RunId>();
  /** @returns whether any are left. */
  const sayLeft = async (): Promise<boolean> => {
    const ids = await runsLeft();
    const news = ids.filter((id) => !told.has(id));
    news.forEach((id) => told.add(id));
    if (news.length > 0)
      say(
        `Another command has asked for run ${news.join(', ')}: this one ends once they have. Ctrl-C ends it now, and keeps a checkpoint.`,
      );
    return ids.length > 0;
  };
  let onChange = (): void => undefined;
  const stopListening = lab.onEvent((event) => {
    if (event.type === 'queueChanged') onChange();
  });
  let endSignals = (): void => undefined;
  const ended = new Promise<'ended'>((resolve) => {
    endSignals = onSignals(
      () => lab,
      () => resolve('ended'),
    );
  });
  /** Whoever asked for them reads what became of them before this lab ends, and may ask for more. */
  const guestsGone = (): Promise<void> =>
    Promise.race([lab.guestsGone(), setTimeout(leavesWithinMs, undefined, { ref: false })]);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (onChange = resolve)); // before it looks: nothing is missed
      const areLeft = await sayLeft();
      if ((await Promise.race([ended, areLeft ? changed : guestsGone()])) === 'ended') return;
      if (!areLeft && !(await sayLeft())) return;
    }
  } finally {
    stopListening();
    endSignals();
  }
};
