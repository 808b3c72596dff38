import { analysisKinds } from '../../../shared/analyses/index.ts';
import { drawingWishSchema, type AnalysisCell } from '../../../shared/analyses/drawn.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { RunSummary } from '../../../shared/run.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { drawAnalyses, tableOf } from '../analyses/drawing.ts';
import { analysedGroups } from '../analyses/groups.ts';
import type { StoreReader } from '../store/index.ts';
import { matrix, text } from './document.ts';
import type { Block } from './document.ts';

/** Four digits; with an exponent where they would stand far from the point. */
const shown = (value: number | null, digits = 4): string => {
  if (value === null) return '–';
  const isFar = value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5);
  const written = isFar ? value.toExponential(digits - 2) : String(Number(value.toPrecision(digits)));
  return written.replaceAll('-', '−');
};
const cellOf = ({ mean, sd, standardError, doubt }: AnalysisCell): string =>
  shown(mean) +
  (sd === null ? '' : ` ± ${shown(sd, 2)}`) +
  (standardError === null ? '' : ` (standard error ${shown(standardError, 2)})`) +
  (doubt === null ? '' : ` (${doubt})`);

/** More methods than this are not drawn beside one another. */
const mostDrawn = 12;

/** Finished analyses of runs: those with the same settings drawn and told together. */
export const analysisBlocks = (read: StoreReader, runs: readonly RunSummary[]): Block[] => {
  const runIds = new Set(runs.map(({ id }) => id));
  const finished = read.analyses.all().filter(({ runId, state }) => state === 'finished' && runIds.has(runId));
  const alike = [...groupedBy(finished, ({ settings }) => canonicalJson(settings)).values()];
  return alike.flatMap((analyses): Block[] => {
    const analysed = analysedGroups(
      read,
      analyses.map(({ id }) => id),
    );
    const { label, help, drawings } = analysisKinds[analysed.settings.kind];
    const [drawing] = drawings;
    const wish = drawing === undefined ? null : drawingWishSchema.parse({ drawing });
    const figure = wish === null || analysed.groups.length > mostDrawn ? null : drawAnalyses(analysed, wish);
    const { groups, lines } = tableOf(analysed);
    const quantities = lines.map((line) => ({ name: line.label, values: line.cells.map(cellOf) }));
    const subjects = groups.map((group) => `${group.label}, n = ${group.n}`);
    return [
      ...(figure === null ? [] : [{ kind: 'figure' as const, figure }]),
      ...matrix(`${label}: mean ± sample standard deviation over seeds.`, 'Quantity', subjects, quantities),
      text(help),
      { kind: 'facts', facts: lines.map((line): [string, string] => [line.label, line.definition]) },
    ];
  });
};
