import { Presets, SingleBar } from 'cli-progress';
import type { InstallProgress } from '../../shared/device.ts';
import { say } from './session.ts';

/** Shows a person how far an installation is. */
export interface InstallReporter {
  progress(progress: InstallProgress): void;
  end(): void;
}

/** A bar of megabytes on a terminal, a line per stage and per tenth elsewhere. */
export const installReporter = (): InstallReporter => (process.stderr.isTTY ? barReporter() : lineReporter());

const barReporter = (): InstallReporter => {
  const bar = new SingleBar(
    { format: ' {bar} {percentage} % | {value} of {total} MB | {message}', hideCursor: true },
    Presets.shades_classic,
  );
  let shown = '';
  return {
    progress: ({ message, bytes, totalBytes }) => {
      if (totalBytes === null || bytes === null) {
        if (bar.isActive) bar.stop();
        if (message !== shown) say(message);
      } else {
        if (!bar.isActive) bar.start(inMegabytes(totalBytes), 0, { message });
        bar.setTotal(inMegabytes(totalBytes));
        bar.update(inMegabytes(bytes), { message });
      }
      shown = message;
    },
    end: () => {
      if (bar.isActive) bar.stop();
    },
  };
};

const lineReporter = (): InstallReporter => {
  let shown = '';
  return {
    progress: ({ message, bytes, totalBytes }) => {
      const hasBytes = bytes !== null && totalBytes !== null && totalBytes > 0;
      const tenths = hasBytes ? Math.floor((10 * bytes) / totalBytes) : 0;
      const line = hasBytes ? `${message}: ${10 * tenths} % of ${inMegabytes(totalBytes)} MB` : message;
      if (line !== shown) say(line);
      shown = line;
    },
    end: () => undefined,
  };
};

const inMegabytes = (bytes: number): number => Math.round(bytes / 1e6);
