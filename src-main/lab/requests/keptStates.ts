import { keptStateSchema } from '../../../shared/keptState.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { keptStateApi } from '../../../shared/requests/keptStates.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

/** So do the names of such settings begin. */
const prefix = 'window.';

/** Requests about what windows keep with the workspace; the lab does not look into it. */
export const keptStateRequests = ({
  store: { read, write },
}: {
  readonly store: Store;
}): Requests<typeof keptStateApi> => ({
  keptStates: answering(() =>
    read.settingsUnder(prefix).flatMap((state) => keptStateSchema.safeParse(state).data ?? []),
  ),
  keepState: doing(({ name, value }) => write.settingOfWindow(`${prefix}${name}`, value)),
});
