import type { Place } from './place.ts';
import { thisMachine } from './thisMachine.ts';

/** Everywhere that the queue may train. */
export const placesOf = (local: Pick<Place, 'launcher' | 'prepare'>): readonly Place[] => [thisMachine(local)];
