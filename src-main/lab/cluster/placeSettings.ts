import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import type { PlaceId, SlurmSettings } from '../../../shared/places.ts';
import type { Store } from '../store/index.ts';

const nameOf = (place: PlaceId): string => `place.${place}`;

/** How jobs are asked for at a place; what was never chosen is as the cluster does it unasked. */
export const placeSettingsOf = ({ read }: Store, place: PlaceId): SlurmSettings =>
  read.setting(nameOf(place), slurmSettingsSchema) ?? slurmSettingsSchema.parse({});

/** Jobs there see none of this machine's disks. */
export const isDistant = ({ host, shared }: SlurmSettings): boolean => host !== null && !shared;

/** @throws LabError RUN_STATE where jobs would be looked for on another cluster than they are on. */
export const keepPlaceSettings = (store: Store, place: PlaceId, settings: SlurmSettings): void => {
  const before = placeSettingsOf(store, place);
  const there = store.read.liveJobs().length;
  if (there > 0 && JSON.stringify(whereaboutsOf(settings)) !== JSON.stringify(whereaboutsOf(before)))
    throw new LabError(
      'RUN_STATE',
      `${counted(there, 'run')} ${there === 1 ? 'has its job' : 'have their jobs'} still on the cluster of ${before.host ?? 'this machine'}; where it is can be changed when they have ended.`,
    );
  store.write.setting(nameOf(place), settings);
};

/** Where jobs and their folders are looked for. */
const whereaboutsOf = ({ host, shared, folder }: SlurmSettings) =>
  shared ? { host, shared } : { host, shared, folder };
