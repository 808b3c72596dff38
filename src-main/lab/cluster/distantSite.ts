import { existsSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import { distantHost, onceOf } from './distantHost.ts';
import { distantLab } from './distantLab.ts';
import { jobFolderNames } from './jobFolder.ts';
import { quoted } from './quoted.ts';
import type { RunCommand } from './runCommand.ts';
import { sendImages } from './sendingImages.ts';
import type { Site } from './site.ts';
import { removeSubmission } from './submissionFolders.ts';

const { script, assignment: order, stop, collected, given } = jobFolderNames;
/** What the lab has written itself, and what is still being written. */
const notFetched = [script, order, stop, collected, `${given}/`, '*.part'];

/**
 * A cluster that sees none of this machine's disks. A folder there holds the lab's program, data sets and submissions; here lies a copy of the
 * submissions, into which what jobs write is fetched. All of that only grows or never changes, so that only what is new is fetched, also
 * after a connection that was cut.
 * @param here - the folder of the submissions on this machine.
 */
export const distantSite = (settings: () => SlurmSettings, here: string, run: RunCommand): Site => {
  const once = onceOf<unknown>();
  const root = (): string => {
    const { folder, host } = settings();
    if (folder !== null) return folder;
    throw new LabError(
      'PLACE_REFUSED',
      `Without a shared disk, jobs need a folder of yours on ${host ?? ''}. Name it: "esam-lab places set slurm folder=/scratch/me/esam-lab".`,
    );
  };
  const host = distantHost(settings, run);
  const lab = distantLab(settings, root, host, run);
  const within = (path: string): string => relative(here, path).split(sep).join('/');
  return {
    folder: () => here,
    there: (path) => posix.join(root(), within(path)),
    usesEngineHere: false,
    program: lab.program,
    equip: async (assignment) => {
      const { dataset, datasetFolder, config } = assignment;
      const target = posix.join(root(), 'datasets', `${dataset.id}-${dataset.sha256.slice(0, 16)}`);
      await once(`${host.name()}:${target}`, () =>
        dataset.storage === 'files'
          ? sendImages(dataset, datasetFolder, target, host)
          : host.send(datasetFolder, target),
      );
      const bindingPath = config.device.engine === 'tensorflow' ? await lab.engine() : null;
      return { ...assignment, datasetFolder: target, bindingPath };
    },
    send: async (paths) => {
      if (paths.length > 0) await host.send(here, root(), { only: paths.map(within) });
    },
    fetch: async (submissions) => {
      const known = submissions.filter((submission) => existsSync(submission));
      if (known.length > 0) await host.fetch(root(), here, known, notFetched);
    },
    remove: async (submission) => {
      await lab.start(`--remove ${quoted(posix.join(root(), within(submission)))}`);
      removeSubmission(submission);
    },
    clear: async () => {
      await lab.start(`--clear ${quoted(root())}`);
    },
  };
};
