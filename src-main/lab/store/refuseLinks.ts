import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { isLink } from '../../files/isLink.ts';
import { databaseName } from './backups.ts';

const companions = ['-wal', '-shm', '-journal'];

/** What SQLite and the lab write under fixed names. */
const written = [
  ...companions.map((suffix) => `${databaseName}${suffix}`),
  ...['', ...companions].flatMap((suffix) => [`${databaseName}.part${suffix}`, `lab.lock${suffix}`]),
];

/**
 * In a workspace that came from somebody else, such a name may be a link to any file of this user's, which would be written over.
 * @throws LabError WORKSPACE_UNWRITABLE where one is.
 */
export const refuseLinks = (folder: string): void => {
  refuseLinkedDatabase(folder);
  const link = written.find((name) => isLink(join(folder, name)));
  if (link === undefined) return;
  throw new LabError(
    'WORKSPACE_UNWRITABLE',
    `In this workspace ${link} is a link, which the lab never makes: it would write into another file. Nothing was changed. ` +
      'Remove the link, or choose another folder.',
  );
};

/** Under two names one database would have two locks, and so two labs at once; and its checkpoints and data would lie beside another. */
const refuseLinkedDatabase = (folder: string): void => {
  const file = join(folder, databaseName);
  if (!isLink(file) || !existsSync(file)) return; // one that leads nowhere is lost data
  throw new LabError(
    'WORKSPACE_UNWRITABLE',
    `In this workspace ${databaseName} is a link to a file elsewhere, which two labs could have open at once. Nothing was changed. ` +
      'Open the folder in which the database itself lies (the folder may be a link), or put the database in the place of the link.',
  );
};
