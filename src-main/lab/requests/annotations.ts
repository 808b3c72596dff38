import type { Requests } from '../../../shared/labApi.ts';
import type { annotationApi } from '../../../shared/requests/annotations.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type AnnotationApi = Requests<typeof annotationApi>;

/** Requests about what the user says of runs. */
export const annotationRequests = ({
  store: { read, write },
  emit,
}: {
  readonly store: Store;
  readonly emit: (event: LabEvent) => void;
}): AnnotationApi => ({
  annotations: answering(() => read.annotations()),
  annotate: doing(({ runIds, change }) => {
    write.annotate(runIds, change);
    emit({ type: 'annotationsChanged' });
  }),
});
