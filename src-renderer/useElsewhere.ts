import type { PlaceId } from '../shared/places.ts';
import { isResumable, type RunSummary } from '../shared/run.ts';
import { usePlaces } from './stores/places.ts';

/** Where else than they were wanted runs can go on; null = on this machine. */
interface Elsewhere {
  readonly label: string;
  readonly title: string;
  readonly place: PlaceId | null;
}

/** Tells where else runs can go on: what began on a cluster here, and what began here on a cluster that answers. */
export const useElsewhere = (): ((runs: readonly RunSummary[]) => Elsewhere | null) => {
  const places = usePlaces();
  return (runs) => {
    if (runs.length === 0 || !runs.every(isResumable)) return null;
    const title = 'Go on from the last checkpoints';
    if (runs.every(({ wantedPlace }) => wantedPlace !== null))
      return { label: 'Resume here', title: `${title} on this machine`, place: null };
    void places.know(); // only now: most people have no cluster, and a host may be slow to answer
    const [cluster] = places.answering;
    return cluster !== undefined && runs.every(({ wantedPlace }) => wantedPlace === null)
      ? { label: 'Resume on Slurm', title: `${title} on the cluster`, place: cluster.id }
      : null;
  };
};
