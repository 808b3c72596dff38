import { basename, join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { downloadApi } from '../../../shared/requests/downloads.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import type { PublishedFile, PublishedSet } from '../../../shared/publishedSets.ts';
import { remove } from '../../files/remove.ts';
import { download } from '../../runtimes/download.ts';
import { freeBytes } from '../../runtimes/space.ts';
import type { Library } from '../datasets/index.ts';

export interface DownloadParts {
  readonly workspaceFolder: string;
  readonly library: Library;
  readonly publishedSets: readonly PublishedSet[];
  readonly emit: (event: LabEvent) => void;
}

/**
 * Requests for sets that others publish. A download that was cut short goes on where it stopped; nothing is read whose SHA-256 is not the
 * published one.
 */
export const downloadRequests = (parts: DownloadParts): Requests<typeof downloadApi> => {
  const { library, emit } = parts;
  const folder = join(parts.workspaceFolder, 'downloads');
  let present: AbortController | null = null;

  const fetched = async (set: PublishedSet, signal: AbortSignal): Promise<string[]> => {
    const paths: string[] = [];
    for (const file of set.files) {
      paths.push(
        await download(
          { title: set.name, url: file.url, sha256: file.sha256 },
          {
            ...{ folder, signal, measureSpace: freeBytes },
            report: ({ message, bytes, totalBytes }) => {
              const share = bytes === null || totalBytes === null || totalBytes === 0 ? null : bytes / totalBytes;
              emit({ type: 'importProgressed', message, share: share === null ? null : Math.min(1, share) });
            },
          },
        ).catch((error: unknown) => {
          throw inWords(error, set, file, signal);
        }),
      );
    }
    return paths;
  };

  return {
    downloadDataset: async ({ id }) => {
      const set = offered(parts.publishedSets, id);
      if (present !== null)
        throw new LabError('RUN_STATE', 'A data set is being downloaded already; wait for it or cancel it.');
      const abort = new AbortController();
      present = abort;
      try {
        const paths = await fetched(set, abort.signal);
        const info = await library.import({
          ...{ kind: 'auto', paths, name: set.name, signal: abort.signal },
          onProgress: ({ message, share }) => emit({ type: 'importProgressed', message, share }),
        });
        for (const path of paths) remove('download', folder, basename(path));
        emit({ type: 'datasetsChanged' });
        return info;
      } finally {
        present = null;
      }
    },
    cancelDownload: () => {
      present?.abort(
        new LabError(
          'CANCELLED',
          'The download was cancelled; what has arrived is kept, and the next one goes on there.',
        ),
      );
      return Promise.resolve({});
    },
  };
};

/** @throws LabError DATASET_NOT_FOUND where nobody gives it without asking who it is for. */
const offered = (sets: readonly PublishedSet[], id: string): PublishedSet => {
  const set = sets.find((each) => each.id === id);
  if (set !== undefined && set.files.length > 0) return set;
  const instead = 'import its files instead';
  const others = sets.filter(({ files }) => files.length > 0).map((each) => each.id);
  throw new LabError(
    'DATASET_NOT_FOUND',
    set === undefined
      ? `No set called ${id} can be downloaded here, only ${others.join(' and ')}; ${instead}.`
      : `${set.name} is given only to those who sign in at ${set.page}: download it there, and ${instead}.`,
  );
};

/** Why it did not come, and what to do instead. */
const inWords = (error: unknown, set: PublishedSet, { url }: PublishedFile, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason;
  const { hostname } = new URL(url);
  const instead = `Download ${url} with a browser, here or elsewhere, and import the file as it is.`;
  if (error instanceof LabError) {
    if (error.code === 'INSTALL_CHECKSUM')
      return new LabError(
        'DATASET_CORRUPT',
        `What came from ${hostname} is not ${set.name} as it is published: its SHA-256 is another one, so it was not used. A proxy may have altered it. ${instead}`,
        { cause: error },
      );
    if (error.code === 'INSTALL_NO_SPACE')
      return new LabError(
        'WORKSPACE_UNWRITABLE',
        `The workspace's disk has no room for ${set.name}. Free some space there and try again.`,
        {
          cause: error,
        },
      );
    return error;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const said = cause instanceof Error ? cause.message : String(cause);
  return new LabError('DATASET_NOT_FOUND', `${set.name} could not be got from ${hostname} (${said}). ${instead}`, {
    cause: error,
  });
};
