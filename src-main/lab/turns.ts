import { setImmediate } from 'node:timers/promises';

/** Well below what a person notices. */
const mostMs = 20;

/** Long work in small pieces: whenever it has held the lab's one thread for a while, whoever else has asked something is answered first. */
export async function* inTurns<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  let since = performance.now();
  for (const piece of pieces) {
    yield piece;
    if (performance.now() - since < mostMs) continue;
    await setImmediate();
    since = performance.now();
  }
}

/** So many of a list at a time. */
export function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
