import { machine, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SlurmSettings } from '../../../shared/places.ts';
import { onceOf } from './distantHost.ts';
import { isArchived, plainLabFiles } from './labFiles.ts';
import { nodeAtHand } from './nodeAtHand.ts';
import { quoted } from './quoted.ts';
import type { Site } from './site.ts';
import { removeSubmission } from './submissionFolders.ts';

const nodeEntry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './nodeProcess.ts' : './node.cjs', import.meta.url),
);

const named = ({ node }: SlurmSettings): string | null => (node === '' ? null : node);

/** Node there: the lab's own, unless that is Electron, or another one is named. */
const nodeOf = (settings: SlurmSettings): string =>
  named(settings) ?? ('electron' in process.versions ? 'node' : process.execPath);

/** Of the app, beneath the folder that nodes see too. */
const appFolder = 'app';

/** A disk that the lab and the cluster's nodes see alike: only what an installed app has in its archive is brought. @param workspaceFolder - where submissions go unasked. */
export const sharedSite = (settings: () => SlurmSettings, workspaceFolder: string): Site => {
  const once = onceOf<string>();
  const folder = (): string => settings().folder ?? workspaceFolder;
  const started = (node: string, entry: string): string =>
    `${settings().container} ${quoted(node)} ${quoted(entry)}`.trim();
  const ofApp = async (): Promise<string> => {
    const place = join(folder(), appFolder);
    const lab = await plainLabFiles(place);
    const node = named(settings()) ?? (await nodeAtHand(`${type()} ${machine()}`, lab, place));
    return started(node, join(lab.root, lab.entry));
  };
  return {
    folder,
    there: (path) => path,
    usesEngineHere: true,
    program: async () => {
      const { container, node } = settings();
      return isArchived
        ? once(JSON.stringify([folder(), container, node]), ofApp)
        : started(nodeOf(settings()), nodeEntry);
    },
    equip: async (assignment) => assignment,
    send: async () => undefined,
    fetch: async () => undefined,
    remove: async (submission) => removeSubmission(submission),
    clear: async () => undefined,
  };
};
