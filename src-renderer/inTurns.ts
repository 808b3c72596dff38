/** Well below a frame. */
const mostMs = 8;

/** Does something with each, a little at a time: whatever else the page has to do comes in between. */
export const inTurns = async <T>(items: readonly T[], act: (item: T) => unknown): Promise<void> => {
  let since = performance.now();
  for (const item of items) {
    act(item);
    if (performance.now() - since < mostMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
};
