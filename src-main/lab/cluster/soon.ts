/** So long a look at the cluster waits for what is being brought there. */
const waitMs = 1000;

/** What is awaited goes on, and may take an hour. */
export class StillUnderWay extends Error {
  override readonly name = 'StillUnderWay';
}

/**
 * Waits for long work only a moment, so that whoever waits can do other things and ask again. What fails in between is told to who asks for
 * the same again.
 */
export const soonOf = () => {
  const failed = new Map<string, unknown>();
  /**
   * @param what - names the work among others.
   * @throws StillUnderWay, or what the work throws.
   */
  return async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    if (failed.has(what)) {
      const error = failed.get(what);
      failed.delete(what);
      throw error;
    }
    const doing = work();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), waitMs);
    });
    const done = await Promise.race([doing.then((value) => ({ value })), late]).finally(() => clearTimeout(timer));
    if (done !== null) return done.value;
    doing.catch((error: unknown) => failed.set(what, error));
    throw new StillUnderWay();
  };
};
