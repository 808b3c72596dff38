import type { BundledRun } from '../../../shared/bundle.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { GroupCurve } from '../../../shared/result.ts';
import { groupConfigOf } from '../../../shared/runConfig.ts';
import { groupCurves } from '../statistics/curves.ts';
import type { CurvePoint } from '../statistics/curves.ts';
import { groupHash } from '../store/groupHash.ts';
import { openArchive } from './archive.ts';
import { readBundle } from './read.ts';

/** A bundle's run as far as its curve needs it: the runs are large, and read one at a time. */
const curveOf = ({ config, state, origin: { run: _, ...origin }, epochs }: BundledRun) => {
  let evaluationMs = 0;
  const points = epochs.map(({ metrics }): CurvePoint => {
    evaluationMs += metrics.evaluationMs;
    const { epoch, activeMs, testAccuracy } = metrics;
    return { epoch, activeMs, wallMs: activeMs + evaluationMs, value: testAccuracy };
  });
  return { config: groupConfigOf(config), seed: config.seed, state, origin, points };
};

/**
 * Test accuracy over the epochs of a bundle's groups, as they would be seen after its import; nothing is imported.
 * @throws LabError BUNDLE_REFUSED
 */
export const bundleCurves = async (file: string): Promise<GroupCurve[]> => {
  const archive = await openArchive(file);
  try {
    const { runCount, run } = await readBundle(archive, file);
    const curves = Array.from({ length: runCount }, (_, id) => ({ id, ...curveOf(run(id + 1)) })).filter(
      ({ state }) => state === 'finished',
    );
    const groups = [...groupedBy(curves, ({ config, origin }) => groupHash(config, origin.lab))].flatMap(
      ([hash, finished]) => finished.slice(0, 1).map((first) => ({ ...first, hash, key: hash, part: {}, finished })),
    );
    const points = new Map(curves.map((curve) => [curve.id, curve.points]));
    return groupCurves(groups, { axis: 'epoch', relativeTo: null }, (id) => points.get(id) ?? []);
  } finally {
    archive.close();
  }
};
