import { thisMachineId } from '../../../shared/places.ts';
import type { Place } from './place.ts';

/** The machine that the lab itself is on. One run at a time: two would share its cores, and neither's speed would mean anything. */
export const thisMachine = (parts: Pick<Place, 'launcher' | 'prepare'>): Place => ({
  ...parts,
  id: thisMachineId,
  slots: 1,
});
