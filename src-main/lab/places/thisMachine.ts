import type { Place } from './place.ts';

/** The machine that the lab itself is on. One run at a time: two would share its cores, and neither's speed would mean anything. */
export const thisMachine = (parts: Pick<Place, 'launcher' | 'prepare'>): Place => ({
  ...parts,
  id: 'this-machine',
  slots: 1,
});
