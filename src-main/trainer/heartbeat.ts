/** A thread that beats: that it did not is how a process knows that it stood still. */
export const beatEveryMs = 100;
/** What is shorter may be a busy machine, and counts. */
export const shortestStandstillMs = 1000;

/** Places in the memory that the thread shares with who reads the clock. */
export const cell = { lastBeatNs: 0, stoodStillNs: 1 } as const;

export interface HeartbeatStart {
  readonly cells: BigInt64Array;
  readonly cores: number;
}
