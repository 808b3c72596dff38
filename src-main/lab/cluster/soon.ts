/** So long a look at the cluster waits for what is being brought there. */
const waitMs = 1000;

/** What is awaited goes on, and may take an hour. */
export class StillUnderWay extends Error {
  override readonly name = 'StillUnderWay';
}

/**
 * Waits for long work only a moment, so that whoever waits can do other things and ask again. What fails in between is told to the next who asks.
 */
export const soonOf = () => {
  let failed: { readonly error: unknown } | null = null;
  /** @throws StillUnderWay, or what the work throws. */
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (failed !== null) {
      const { error } = failed;
      failed = null;
      throw error;
    }
    const doing = work();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), waitMs);
    });
    const done = await Promise.race([doing.then((value) => ({ value })), late]).finally(() => clearTimeout(timer));
    if (done !== null) return done.value;
    doing.catch((error: unknown) => (failed = { error }));
    throw new StillUnderWay();
  };
};
