/** How a job is asked to end early; it looks between two steps. */
export interface StopRequest {
  when: 'now' | 'after-epoch' | null;
  /** Keep a checkpoint, then go on. */
  wantsCheckpoint?: boolean;
}
