import { analysisKinds, analysisSettingsSchema } from '../../../shared/analyses/index.ts';
import type { AnalysisId, AnalysisRow, AnalysisSettings } from '../../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../../shared/analyses/record.ts';
import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import { fieldWords, readsOn } from '../../../shared/fieldWords.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Lab } from '../../lab/lab.ts';
import { analysisTable } from '../analysisTable.ts';
import { ensureEngine } from '../engine.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { followAnalyses } from '../followAnalyses.ts';
import type { AskedAnalysis } from '../followAnalyses.ts';
import { columns } from '../format.ts';
import { print, say, withOwner, withView } from '../session.ts';
import type { Settings } from '../session.ts';

export interface AnalyseOptions {
  readonly kind: AnalysisId;
  /** `name=value`. */
  readonly set: readonly string[];
  readonly install: boolean;
}

/** `analyse`: analyses the newest checkpoint of each run, and prints the rows. */
export const analyse = async (
  settings: Settings,
  runIds: readonly RunId[],
  { kind, set, install }: AnalyseOptions,
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const wished = settingsOf(kind, set);
    await ensureEngines(lab, runIds, install);
    const asked = runIds.map((runId) => ({ runId, settings: wished, rowsDone: 0 }));
    return followed(settings, lab, asked, async () => {
      const { ids } = await lab.analyse({ runIds: [...runIds], settings: wished });
      return ids;
    });
  });

/** `analyse --resume`: goes on, at their next rows, with the analyses that ended without all of them: of these runs, or of all. */
export const resumeAnalyses = async (
  settings: Settings,
  runIds: readonly RunId[],
  install: boolean,
): Promise<ExitCode> =>
  withOwner(settings, async (lab) => {
    const unfinished = (await lab.analyses({})).filter(
      ({ state, runId }) => state !== 'finished' && (runIds.length === 0 || runIds.includes(runId)),
    );
    if (unfinished.length === 0) {
      say('Every analysis has all of its rows.');
      if (settings.json) await print('[]');
      return exitCodes.done;
    }
    await ensureEngines(
      lab,
      unfinished.map(({ runId }) => runId),
      install,
    );
    return followed(settings, lab, unfinished, async () => {
      for (const { id } of unfinished) await lab.resumeAnalysis({ id });
      return unfinished.map(({ id }) => id);
    });
  });

/**
 * `analyse --cancel`: takes analyses out that wait, and ends the one under way; the rows that are there are kept.
 * @param ids - these; empty: all that wait or are under way, of these runs or of all.
 */
export const cancelAnalyses = async (
  settings: Settings,
  runIds: readonly RunId[],
  ids: readonly number[],
): Promise<ExitCode> => {
  // A command that has the workspace open ends with the analyses that it waits for: nothing is asked of it afterwards.
  const { cancelled, ended } = await withOwner(settings, async (lab) => {
    const isMeant = ({ endedAt, runId }: AnalysisSummary): boolean =>
      endedAt === null && (runIds.length === 0 || runIds.includes(runId));
    const meant = ids.length > 0 ? [...new Set(ids)] : (await lab.analyses({})).filter(isMeant).map(({ id }) => id);
    return meant.length > 0 ? lab.cancelAnalyses({ ids: meant }) : { cancelled: [], ended: [] };
  });
  for (const { id, runId, state } of ended)
    say(`Not cancelled, for it had ended: analysis ${id} of run ${runId}, ${state}.`);
  if (settings.json) await print(JSON.stringify(cancelled));
  else if (cancelled.length > 0) await print(cancelled.map(cancelledText).join('\n'));
  else if (ended.length === 0) say('No analysis waits or is under way.');
  return ended.length > 0 ? exitCodes.failed : exitCodes.done;
};

const cancelledText = ({ id, runId, settings, rowsDone, rowCount }: AnalysisSummary): string =>
  `Analysis ${id} of run ${runId}, ${analysisKinds[settings.kind].label}: cancelled after ${rowsDone} of ${counted(rowCount, 'row')}.`;

/** `analyse --list`: what has been analysed, of these runs or of all, by the numbers that `figure analyses` takes. */
export const listAnalyses = async (settings: Settings, runIds: readonly RunId[]): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const all = await lab.analyses({});
    const found = all.filter(({ runId }) => runIds.length === 0 || runIds.includes(runId));
    if (settings.json) await print(JSON.stringify(found));
    else await print(found.length === 0 ? 'Nothing has been analysed yet.' : analysisTable(found));
    return exitCodes.done;
  });

const ensureEngines = async (lab: Lab, runIds: readonly RunId[], install: boolean): Promise<void> => {
  for (const runId of new Set(runIds)) {
    const { run } = await lab.run({ runId });
    if (run.config.device.engine === 'tensorflow') await ensureEngine(lab, install);
  }
};

/** Starts analyses, says how far they are, and prints their rows when they have ended. */
const followed = async (
  settings: Settings,
  lab: Lab,
  asked: readonly AskedAnalysis[],
  start: () => Promise<number[]>,
): Promise<ExitCode> => {
  const { found, exitCode } = await followAnalyses(lab, asked, start);
  if (settings.json) await print(JSON.stringify(found));
  else {
    for (const { analysis, rows } of found) {
      await print(
        `Run ${analysis.runId}, epoch ${analysis.epoch}: ${analysisKinds[analysis.settings.kind].label}\n${tableOf(rows)}`,
      );
    }
  }
  return exitCode;
};

/** @throws LabError CONFIG_INVALID naming what is wrong. */
const settingsOf = (kind: AnalysisId, set: readonly string[]): AnalysisSettings => {
  const values = set.map((text) => {
    const [name = '', ...value] = text.split('=');
    return [name, valueOf(value.join('='))] as const;
  });
  const known = analysisSettingsSchema.safeParse({ kind });
  const unknown = values.find(([name]) => name === 'kind' || !(name in (known.data ?? {})));
  if (unknown !== undefined) {
    const names = Object.keys(known.data ?? {}).filter((name) => name !== 'kind');
    throw new LabError('CONFIG_INVALID', `${kind} has no setting "${unknown[0]}"; it has ${names.join(', ')}.`);
  }
  const parsed = analysisKinds[kind].settings.safeParse({ kind, ...Object.fromEntries(values) }, { error: fieldWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const message = issue?.message ?? 'is not understood';
  const field = issue?.path.join('.') ?? '';
  throw new LabError('CONFIG_INVALID', `${field}${readsOn(message) ? '' : ':'} ${message}.`);
};

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** One line a row under the names of its values; lists in one cell. */
const tableOf = (rows: readonly AnalysisRow[]): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cellOf = (value: AnalysisRow[string] | undefined): string => {
    if (Array.isArray(value)) return value.map((each) => cellOf(each)).join(' ');
    if (value === null || value === undefined) return '–';
    return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
  };
  return columns([names, ...rows.map((row) => names.map((name) => cellOf(row[name])))]);
};
