/** Lets other work of this process run, and ends here if the import was cancelled. */
export const pause = async (signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
};
