import type { Requests } from '../../../shared/labApi.ts';
import type { supportApi } from '../../../shared/requests/support.ts';
import type { AppLog } from '../appLog.ts';
import type { Library } from '../datasets/index.ts';
import { diagnosticsText } from '../diagnostics.ts';
import type { Runtime } from '../runtime.ts';
import type { Store } from '../store/index.ts';
import { answering } from './answering.ts';

interface Parts {
  readonly store: Store;
  readonly library: Library;
  readonly runtime: Runtime;
  readonly log: AppLog;
  readonly labVersion: string;
  readonly workspaceFolder: string;
}

const linesShown = 500;
const linesTold = 100;

/** Requests of somebody who wants to know what went on, or to have it looked at. */
export const supportRequests = (parts: Parts): Requests<typeof supportApi> => ({
  appLog: answering(() => parts.log.last(linesShown)),
  diagnostics: async () => ({
    text: diagnosticsText({
      ...parts,
      device: await parts.runtime.status(),
      runs: parts.store.read.runs.all(),
      datasets: parts.library.list(),
      log: parts.log.last(linesTold),
    }),
  }),
});
