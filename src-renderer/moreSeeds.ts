/** Most seeds that are proposed at once. */
const most = 20;
/** Shared seeds to begin with, where too few are there to tell how many are needed. */
const atFirst = 3;

/**
 * Seeds to train besides, so that both have as many in common as the comparison needs: the smallest that they do not share.
 * @param needed - shared seeds that the paired comparison needs; null where that cannot be told.
 */
export const moreSeeds = (ours: readonly number[], theirs: readonly number[], needed: number | null): number[] => {
  const shared = new Set(ours.filter((seed) => theirs.includes(seed)));
  const count = Math.min(most, (needed ?? Math.max(atFirst, shared.size + 1)) - shared.size);
  const seeds: number[] = [];
  for (let seed = 0; seeds.length < count; seed++) if (!shared.has(seed)) seeds.push(seed);
  return seeds;
};

/** "2–7", "4", "2, 5". */
export const seedsText = (seeds: readonly number[]): string => {
  const [first = 0] = seeds;
  const last = seeds.at(-1) ?? first;
  return seeds.length > 1 && last - first === seeds.length - 1 ? `${first}–${last}` : seeds.join(', ');
};
