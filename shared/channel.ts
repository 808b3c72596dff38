/**
 * A two-way, ordered message channel between two processes, whatever carries it (a MessagePort, a child process's IPC).
 * Messages are structured-cloneable plain data; the receiver parses them with the contract's schema before use.
 */
export interface Channel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the other side is gone; `reason` is a plain sentence for a person. */
  onClose(listener: (reason: string) => void): void;
  close(): void;
}
