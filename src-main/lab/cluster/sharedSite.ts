import { fileURLToPath } from 'node:url';
import type { SlurmSettings } from '../../../shared/places.ts';
import { quoted } from './quoted.ts';
import type { Site } from './site.ts';
import { removeSubmission } from './submissionFolders.ts';

const nodeEntry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './nodeProcess.ts' : './node.cjs', import.meta.url),
);

/** Node there: the lab's own, unless that is Electron, or another one is named. */
const nodeOf = ({ node }: SlurmSettings): string => {
  if (node !== null && node !== '') return node;
  return 'electron' in process.versions ? 'node' : process.execPath;
};

/** A disk that the lab and the cluster's nodes see alike: there is nothing to bring. @param workspaceFolder - where submissions go unasked. */
export const sharedSite = (settings: () => SlurmSettings, workspaceFolder: string): Site => ({
  folder: () => settings().folder ?? workspaceFolder,
  there: (path) => path,
  usesEngineHere: true,
  program: async () => `${settings().container} ${quoted(nodeOf(settings()))} ${quoted(nodeEntry)}`.trim(),
  equip: async (assignment) => assignment,
  send: async () => undefined,
  fetch: async () => undefined,
  remove: async (submission) => removeSubmission(submission),
  clear: async () => undefined,
});
