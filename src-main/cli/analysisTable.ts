import { analysisKinds } from '../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import { settingsWords } from '../../shared/analyses/words.ts';
import { columns } from './format.ts';

/** Analyses by the numbers that `figure analyses` and `analyse --cancel` take. */
export const analysisTable = (analyses: readonly AnalysisSummary[]): string =>
  columns([
    ['analysis', 'run', 'epoch', 'what', 'settings', 'state', 'rows'],
    ...analyses.map(({ id, runId, epoch, settings, state, rowsDone, rowCount }) => [
      ...[String(id), String(runId), String(epoch), analysisKinds[settings.kind].label, settingsWords(settings)],
      ...[state, `${rowsDone}/${rowCount}`],
    ]),
  ]);
