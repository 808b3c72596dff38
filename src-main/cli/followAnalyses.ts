import { analysisWork } from '../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import { counted } from '../../shared/counted.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import { countText, durationText } from '../../shared/numberText.ts';
import type { Lab } from '../lab/lab.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { say } from './session.ts';
import { onSignals } from './signals.ts';

/** An analysis that is asked for, and how many of its rows are there already. */
export type AskedAnalysis = Pick<AnalysisSummary, 'runId' | 'settings' | 'rowsDone'>;

interface Analysed {
  readonly found: readonly LabOutput<'analysis'>[];
  readonly exitCode: ExitCode;
}

/**
 * Says what analyses cost, starts them and says how far they are until they have ended, whole or not. Ctrl-C cancels them: the rows that
 * are there are kept.
 */
export const followAnalyses = async (
  lab: Lab,
  asked: readonly AskedAnalysis[],
  start: () => Promise<number[]>,
): Promise<Analysed> => {
  await sayCost(lab, asked);
  const ended = new Set<number>();
  const stopped: { by: ExitCode | null } = { by: null };
  let ids: readonly number[] = [];
  let check = (): void => undefined;
  const stopListening = lab.onEvent((event) => {
    if (event.type !== 'analysisChanged') return;
    sayProgress(event.analysis);
    if (event.analysis.endedAt === null) ended.delete(event.analysis.id);
    else ended.add(event.analysis.id);
    check();
  });
  const cancel = async (): Promise<void> => {
    if (ids.length > 0) await lab.cancelAnalyses({ ids: [...ids] });
  };
  const endSignals = onSignals(
    () => lab,
    (exitCode) => {
      if (stopped.by !== null) process.exit(exitCode); // the second time, at once
      stopped.by = exitCode;
      say('\nCancelling what is analysed; once more ends it at once.');
      cancel().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
    },
    'the analysis',
  );
  try {
    ids = await start();
    if (stopped.by !== null) await cancel(); // nobody knew of them when it was said
    await new Promise<void>((resolve) => {
      check = () => {
        if (ids.every((id) => ended.has(id))) resolve();
      };
      check();
    });
  } finally {
    stopListening();
    endSignals();
  }
  const found = await Promise.all(ids.map((id) => lab.analysis({ id })));
  const unfinished = found.map(({ analysis }) => analysis).filter(({ state }) => state !== 'finished');
  for (const { runId, state, reason } of unfinished) say(`The analysis of run ${runId} is ${state}: ${reason ?? ''}`);
  const cancelled = unfinished.filter(({ state }) => state === 'cancelled').map(({ runId }) => runId);
  if (cancelled.length > 0) say(`Go on with: esam-lab analyse --resume ${[...new Set(cancelled)].join(' ')}`);
  return { found, exitCode: stopped.by ?? (unfinished.length === 0 ? exitCodes.done : exitCodes.failed) };
};

/** What is left to do of them, in passes over their images, and how long that takes on this machine. */
const sayCost = async (lab: Lab, asked: readonly AskedAnalysis[]): Promise<void> => {
  const works = await Promise.all(
    asked.map(async ({ runId, settings, rowsDone }) => {
      const { passes } = analysisWork(settings, rowsDone);
      const { ms } = await lab.analysisEstimate({ runIds: [runId], settings });
      return { passes, ms: ms === null ? null : (ms * passes) / analysisWork(settings).passes };
    }),
  );
  const passes = works.reduce((sum, work) => sum + work.passes, 0);
  const known = works.flatMap(({ ms }) => ms ?? []);
  const total = durationText(known.reduce((sum, ms) => sum + ms, 0));
  const images = [...new Set(asked.map(({ settings }) => settings.examples))].map(countText).join(' or ');
  const time =
    known.length === 0
      ? 'how long that takes here is not known before a self-test (esam-lab device --test)'
      : `${known.length < works.length ? 'at least' : 'about'} ${total} here`;
  say(
    `Analysing ${counted(asked.length, 'checkpoint')}: ${counted(passes, 'forward pass', 'forward passes')} over ${images} images, a backward one counting two; ${time}.`,
  );
};

const sayProgress = ({ runId, state, rowsDone, rowCount, msLeft }: AnalysisSummary): void => {
  const left = msLeft === null || rowsDone === rowCount ? '' : `, about ${durationText(msLeft)} left`;
  if (state === 'running') say(`Run ${runId}: row ${rowsDone} of ${rowCount}${left}`);
};
