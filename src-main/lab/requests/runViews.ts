import type { Requests } from '../../../shared/labApi.ts';
import type { runViewApi } from '../../../shared/requests/runViews.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type RunViewApi = Requests<typeof runViewApi>;

/** Requests about how the list of runs is looked at. */
export const runViewRequests = ({
  store: { read, write },
  emit,
}: {
  readonly store: Store;
  readonly emit: (event: LabEvent) => void;
}): RunViewApi => ({
  runViews: answering(() => read.runViews()),
  saveRunView: doing((named) => {
    write.saveRunView(named);
    emit({ type: 'runViewsChanged' });
  }),
  removeRunView: doing(({ name }) => {
    write.removeRunView(name);
    emit({ type: 'runViewsChanged' });
  }),
});
