import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { groundText, isSameGround, slurmSettingsSchema } from '../../../shared/places.ts';
import type { PlaceId, SlurmSettings } from '../../../shared/places.ts';
import { stateFolder } from '../../files/userFolders.ts';

/**
 * What this user has allowed a shell to run for a place, a small file each that shows it. It lies in no workspace: one that comes from somebody
 * else brings its own settings, and none of its commands may run because its folder was opened. Who takes a file away takes the permission back.
 */
const folder = (): string => join(stateFolder(), 'esam-lab', 'places');

const unasked = slurmSettingsSchema.parse({});
/** Where nothing can be kept, as long as this process lives. */
const confirmed = new Set<string>();

const nameOf = (id: PlaceId, settings: SlurmSettings): string =>
  `${createHash('sha256')
    .update(`${id}\n${groundText(settings)}`)
    .digest('hex')}.txt`;

/** The user has said so, outside any page. */
export const confirmGround = (id: PlaceId, settings: SlurmSettings): void => {
  if (isGroundConfirmed(id, settings)) return;
  const name = nameOf(id, settings);
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder(), name), `${id}\n${groundText(settings)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    confirmed.add(name);
    console.error('What was confirmed is kept until the lab is closed:', error);
  }
};

/** A place of which nothing of this was ever set has nothing to confirm. */
export const isGroundConfirmed = (id: PlaceId, settings: SlurmSettings): boolean => {
  if (isSameGround(settings, unasked)) return true;
  const name = nameOf(id, settings);
  return confirmed.has(name) || existsSync(join(folder(), name));
};

/** @throws LabError PLACE_NOT_CONFIRMED */
export const requireConfirmed = (id: PlaceId, settings: SlurmSettings): void => {
  if (isGroundConfirmed(id, settings)) return;
  throw new LabError(
    'PLACE_NOT_CONFIRMED',
    'What a shell runs for the cluster of this workspace was set by somebody else, or on another machine. Nothing of it is done before you have looked at it and confirmed it: on the Settings page of the app, or with “esam-lab places confirm slurm”.',
  );
};
