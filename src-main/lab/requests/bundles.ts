import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { bundleExtension, bundleMediaType } from '../../../shared/bundle.ts';
import type { BundleImported } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { bundleApi } from '../../../shared/requests/bundles.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import { collectBundle } from '../bundles/collect.ts';
import type { BundleSelection } from '../bundles/collect.ts';
import { bundleCurves } from '../bundles/curves.ts';
import { importBundle } from '../bundles/import.ts';
import { bundleStream } from '../bundles/write.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { pathGrants } from '../grants.ts';
import type { Store } from '../store/index.ts';

type BundleApi = Requests<typeof bundleApi>;

export interface BundleParts {
  readonly store: Store;
  readonly checkpoints: Checkpoints;
  readonly workspaceFolder: string;
  readonly examplesFolder: string;
  readonly labVersion: string;
  readonly grants: ReturnType<typeof pathGrants>;
  readonly emit: (event: LabEvent) => void;
}

export interface BundleStream {
  readonly stream: Readable;
  readonly runCount: number;
  readonly leftOut: readonly string[];
}

/** What a window is sent in one message. */
const mostWindowBytes = 40 * 1024 * 1024;

/** A bundle as it is written to a file; the window's own requests hold it in memory. */
export const writeBundle = async (
  { store, checkpoints, labVersion }: Pick<BundleParts, 'store' | 'checkpoints' | 'labVersion'>,
  selection: BundleSelection,
): Promise<BundleStream> => {
  const collected = collectBundle(store.read, selection);
  const pathOf = (runId: number, fileName: string): string => checkpoints.pathOf(runId, fileName);
  const stream = await bundleStream(collected, { labVersion, pathOf });
  return { stream, runCount: collected.runs.length, leftOut: collected.leftOut };
};

/** Requests about runs that go to other labs, and come from them. */
export const bundleRequests = (parts: BundleParts): BundleApi => {
  let isImporting = false;
  const imported = async (path: string): Promise<BundleImported> => {
    if (isImporting) throw new LabError('BUNDLE_REFUSED', 'Another bundle is being imported; wait until it is done.');
    isImporting = true;
    try {
      const result = await importBundle(path, parts);
      parts.emit({ type: 'runsChanged' });
      parts.emit({ type: 'annotationsChanged' });
      return result;
    } finally {
      isImporting = false;
    }
  };
  return {
    exportBundle: async ({ experimentIds, runIds, name, withCheckpoints = false }) => {
      const selection = { experimentIds, runIds, name, withCheckpoints, isExample: false };
      const { stream, runCount, leftOut } = await writeBundle(parts, selection);
      const content = await buffer(stream);
      if (content.length > mostWindowBytes)
        throw new LabError(
          'EXPORT_TOO_LARGE',
          `The bundle is larger than ${mostWindowBytes / 1024 ** 2} MiB: export fewer runs${withCheckpoints ? ', without checkpoints' : ''}, or use "esam-lab bundle export".`,
        );
      const [experimentId] = experimentIds;
      const what = experimentIds.length === 1 && runIds.length === 0 ? `experiment-${experimentId ?? 0}` : 'runs';
      const file = { fileName: `${what}.${bundleExtension}`, mediaType: bundleMediaType };
      return { ...file, base64: content.toString('base64'), runCount, leftOut: [...leftOut] };
    },
    importBundle: async ({ path }) => {
      parts.grants.check([path]);
      return imported(path);
    },
    openExample: async () => imported(examplePath(parts.examplesFolder)),
    exampleCurves: async () => bundleCurves(examplePath(parts.examplesFolder)),
  };
};

const examplePath = (folder: string): string => {
  const [name] = readdirSync(folder).filter((each) => each.endsWith(`.${bundleExtension}`));
  if (name === undefined) throw new LabError('BUNDLE_REFUSED', 'This installation comes without an example.');
  return join(folder, name);
};
