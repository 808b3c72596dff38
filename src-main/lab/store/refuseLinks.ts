import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';

const companions = ['-wal', '-shm', '-journal'];

/** What SQLite and the lab write under fixed names. The database itself may be a link: then these lie beside what it points to. */
const written = [
  ...companions.map((suffix) => `lab.db${suffix}`),
  ...['', ...companions].flatMap((suffix) => [`lab.db.part${suffix}`, `lab.lock${suffix}`]),
];

/**
 * In a workspace that came from somebody else, such a name may be a link to any file of this user's, which would be written over.
 * @throws LabError WORKSPACE_UNWRITABLE where one is.
 */
export const refuseLinks = (folder: string): void => {
  const link = written.find((name) => isLink(join(folder, name)));
  if (link === undefined) return;
  throw new LabError(
    'WORKSPACE_UNWRITABLE',
    `In this workspace ${link} is a link, which the lab never makes: it would write into another file. Nothing was changed. ` +
      'Remove the link, or choose another folder.',
  );
};

/** What cannot be looked at is met again where it is opened. */
const isLink = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
};
