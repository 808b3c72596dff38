/** Levenshtein's distance, whatever the case. */
export const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a.toLowerCase()).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b.toLowerCase()).entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
};

/**
 * Those that are written most alike, the nearest first; none that is another word altogether.
 * @param most - how many at most.
 */
export const nearest = (text: string, candidates: Iterable<string>, most = 3): string[] => {
  const start = text.toLowerCase();
  return [...new Set(candidates)]
    .map((each) => ({ each, away: each.toLowerCase().startsWith(start) ? 0.5 : distance(text, each) }))
    .filter(({ away }) => away <= Math.max(1, text.length / 3))
    .sort((a, b) => a.away - b.away)
    .slice(0, most)
    .map(({ each }) => each);
};

/** "near it are β, beta". */
export const nearText = (near: readonly string[]): string =>
  `near it ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}`;
