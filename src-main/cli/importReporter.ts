import { Presets, SingleBar } from 'cli-progress';
import { say } from './say.ts';
import { terminalText } from '../../shared/terminalText.ts';

/** How far an import is: a bar on a terminal, a line per message elsewhere. */
export const importReporter = () => {
  const bar = new SingleBar({ format: ' {bar} {percentage} % | {message}', hideCursor: true }, Presets.shades_classic);
  let shown = '';
  return {
    progress: (message: string, share: number | null): void => {
      if (process.stderr.isTTY && share !== null) {
        if (!bar.isActive) bar.start(1, share, { message: terminalText(message) });
        bar.update(share, { message: terminalText(message) });
      } else if (message !== shown) {
        say(message);
      }
      shown = message;
    },
    end: (): void => {
      if (bar.isActive) bar.stop();
    },
  };
};
