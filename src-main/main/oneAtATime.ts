/**
 * Lets one thing be opened on the desktop at a time, and one in a while: a page that asks for hundreds opens one.
 * @param pauseMs - between the end of one and the next.
 */
export const oneAtATime = (pauseMs: number, now = (): number => performance.now()) => {
  let isOpen = false;
  let endedAt = -Infinity;
  /** @throws Error while another one is open or was a moment ago. */
  return async <T>(open: () => Promise<T>): Promise<T> => {
    if (isOpen) throw new TooMany('Another window of the desktop is open; close it first.');
    if (now() - endedAt < pauseMs) throw new TooMany('One was opened a moment ago; wait a second and try again.');
    isOpen = true;
    try {
      return await open();
    } finally {
      isOpen = false;
      endedAt = now();
    }
  };
};

/** What was asked is too much at once; the message says what to do. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
}
