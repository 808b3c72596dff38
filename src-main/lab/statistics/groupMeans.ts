import type { GroupMeans } from '../../../shared/result.ts';
import type { Group } from './groups.ts';
import { meanSd, median, present } from './moments.ts';

/** What lists of runs tell of each group, as the results table has it, without the comparisons: those of thousands take long. */
export const groupMeans = (groups: readonly Group[]): GroupMeans[] =>
  groups.map(({ hash, finished, unfinishedRunIds }) => ({
    groupHash: hash,
    bestTestAccuracy: meanSd(finished.map(({ bestTestAccuracy }) => bestTestAccuracy)),
    lastTestAccuracy: meanSd(finished.map(({ lastTestAccuracy }) => lastTestAccuracy)),
    imagesPerSecond: median(present(finished.map(({ imagesPerSecond }) => imagesPerSecond))),
    activeMs: median(finished.map(({ activeMs }) => activeMs)),
    unfinishedRunIds: [...unfinishedRunIds],
  }));
