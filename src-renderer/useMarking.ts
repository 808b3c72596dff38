import type { AnnotationChange } from '../shared/annotation.ts';
import { counted } from '../shared/counted.ts';
import type { RunId } from '../shared/run.ts';
import { useAnnotations } from './stores/annotations.ts';
import { useUndoMessage } from './useUndoMessage.ts';

/** Marks runs; where they leave the list for the archive, it is said, and can be undone. Resolves to false when refused. */
export const useMarking = (): ((runIds: readonly RunId[], change: AnnotationChange) => Promise<boolean>) => {
  const annotations = useAnnotations();
  const tell = useUndoMessage();
  return async (runIds, change) => {
    const archived = runIds.filter((id) => change.archived === true && !annotations.of(id).archived);
    if (!(await annotations.annotate(runIds, change))) return false;
    if (archived.length > 0) {
      const what = archived.length === 1 ? `Run ${archived[0]} is` : `${counted(archived.length, 'run')} are`;
      tell(`${what} archived: “is:archived” finds ${archived.length === 1 ? 'it' : 'them'}.`, () =>
        annotations.annotate(archived, { archived: false }),
      );
    }
    return true;
  };
};
