import { expect, test } from 'vitest';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import type { AnalysisSummary } from '../../shared/analyses/record.ts';
import { analysisSets } from '../../src-renderer/analyses/analysisSets.ts';

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
