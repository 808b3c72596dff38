import { slurmSettingsSchema } from '../../../shared/places.ts';
import type { PlaceId, SlurmSettings } from '../../../shared/places.ts';
import type { Store } from '../store/index.ts';

const nameOf = (place: PlaceId): string => `place.${place}`;

/** How jobs are asked for at a place; what was never chosen is as the cluster does it unasked. */
export const placeSettingsOf = ({ read }: Store, place: PlaceId): SlurmSettings =>
  read.setting(nameOf(place), slurmSettingsSchema) ?? slurmSettingsSchema.parse({});

export const keepPlaceSettings = ({ write }: Store, place: PlaceId, settings: SlurmSettings): void =>
  write.setting(nameOf(place), settings);
