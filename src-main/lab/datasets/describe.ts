import type { DatasetInfo } from '../../../shared/dataset.ts';
import { oneLine } from '../../../shared/oneLine.ts';
import type { DecodedSet } from './decodedSet.ts';
import { knownSetOf, publishedIds } from './knownSets.ts';
import { channelStatistics, countClasses } from './measure.ts';

/**
 * What the library says of a decoded set.
 * @param name - null = the published set's name, else what the importer suggests.
 * @param isTaken - whether the library has this id.
 */
export const describe = async (
  set: DecodedSet,
  sha256: string,
  name: string | null,
  isTaken: (id: string) => boolean,
  signal: AbortSignal,
): Promise<DatasetInfo> => {
  const known = knownSetOf(set, sha256);
  const title = oneLine(name ?? known?.name ?? set.suggestedName);
  const { mean, sd } = known ?? (await channelStatistics(set.train.images, set.channels, signal));
  const classNames = known?.classNames ?? set.classNames;
  return {
    id: known === null ? unpublishedId(title, isTaken) : freeId(known.id, isTaken),
    storage: 'raw',
    name: title.slice(0, 120),
    source: set.source,
    height: set.height,
    width: set.width,
    channels: set.channels,
    classNames: [...classNames],
    trainCount: set.train.labels.length,
    testCount: set.test.labels.length,
    mean: [...mean],
    sd: [...sd],
    sha256,
    sizeBytes: set.train.images.length + set.train.labels.length + set.test.images.length + set.test.labels.length,
    classCounts: countClasses(set.train.labels, classNames.length),
    importedAt: new Date().toISOString(),
  };
};

/** An id for a set that is none of the published ones, whatever its title says. */
export const unpublishedId = (title: string, isTaken: (id: string) => boolean): string =>
  freeId(title, (id) => publishedIds.has(id) || isTaken(id));

/** "My Set!" → "my-set", or "my-set-2" if that is taken. */
const freeId = (title: string, isTaken: (id: string) => boolean): string => {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ['dataset'];
  const slug = words.join('-').slice(0, 56).replace(/-$/, '');
  for (let copy = 1; ; copy++) {
    const id = copy === 1 ? slug : `${slug}-${copy}`;
    if (!isTaken(id)) return id;
  }
};
