import type { InstallProgress } from '../../shared/device.ts';

export type Report = (progress: InstallProgress) => void;
type Stage = InstallProgress['stage'];

const intervalMs = 250;

/** Reports a stage that has no bytes. */
export const reportStage = (report: Report, stage: Stage, message: string): void =>
  report({ stage, message, bytes: null, totalBytes: null });

/** Returns a function to be told the bytes so far; reports at most four times a second, and always the last byte. */
export const byteReporter = (
  report: Report,
  stage: Stage,
  message: string,
  totalBytes: number | null,
): ((bytes: number) => void) => {
  let last = 0;
  return (bytes) => {
    if (bytes !== totalBytes && Date.now() - last < intervalMs) return;
    last = Date.now();
    report({ stage, message, bytes, totalBytes });
  };
};

/** "274 MB", "1.5 GB": decimal, as download sizes are given everywhere. */
export const formatBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
