import { expect, test } from 'vitest';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import { queuedAnalyses, type AnalysisSummary } from '../../shared/analyses/record.ts';
import { queuedText } from '../../shared/analyses/words.ts';
import { analysisSets, leftText, partsOf, queuedSets } from '../../src-renderer/analyses/analysisSets.ts';

const settings = analysisSettingsSchema.parse({ kind: 'sharpness' });
const panelOf = (runId: number, state: AnalysisSummary['state'], rowsDone: number, msLeft: number | null) => ({
  ...{ id: runId, runId, fileName: 'a.ckpt', epoch: 1, settings, state, rowsDone, rowCount: 12, msLeft },
  ...{ reason: null, createdAt: '2026-01-01T00:00:00.000Z', endedAt: null },
});

// At row 10 of 12 a panel has 720 of its 986 passes before it. If they take 72 s, the 986 of the one that waits take 98.6 s.
test('what is left of several panels goes by their passes, not by their rows', () => {
  const [set] = analysisSets([panelOf(1, 'running', 10, 72_000), panelOf(2, 'queued', 0, null)], [1, 2]);
  expect(set?.msLeft).toBeCloseTo(72_000 + 98_600, 6);
  const [untold] = analysisSets([panelOf(1, 'running', 0, null), panelOf(2, 'queued', 0, null)], [1, 2]);
  expect(untold?.msLeft).toBeNull();
});

test('what runs and waits comes in its order, in stretches with the same settings, each with its own time left', () => {
  const other = analysisSettingsSchema.parse({ kind: 'ascentProfile' });
  const all = [
    panelOf(1, 'queued', 0, null),
    { ...panelOf(2, 'finished', 12, null), endedAt: '2026-01-01T01:00:00.000Z' },
    panelOf(3, 'running', 10, 72_000),
    panelOf(4, 'queued', 0, null),
    { ...panelOf(5, 'queued', 0, null), settings: other },
    panelOf(6, 'queued', 0, null),
  ];
  const queued = queuedAnalyses(all);
  const sets = queuedSets(queued);
  expect(sets.map(({ analyses }) => analyses.map(({ id }) => id))).toEqual([[3, 1, 4], [5], [6]]);
  const [first] = sets;
  if (first === undefined) throw new Error('There are three sets.');
  expect(first.msLeft).toBeCloseTo(72_000 + 2 * 98_600, 6);
  expect(partsOf(first).map((part) => leftText(part, false))).toEqual(['about 1 min 12 s left', 'waits', 'waits']);
  expect(partsOf(first).map((part) => leftText(part, true))[1]).toBe('waits while a run trains');
  expect(queuedText(queued, false)).toBe('1 analysis runs, 4 wait');
  expect(queuedText(queued.slice(1), true)).toBe('4 analyses wait while a run trains');
  expect(queuedText(queued.slice(4), false)).toBe('1 analysis waits');
  expect(queuedText([], true)).toBe('');
});
