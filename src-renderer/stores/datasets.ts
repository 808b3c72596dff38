import { defineStore } from 'pinia';
import { ref, shallowRef, watch } from 'vue';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import type { LabInput, LabOutput } from '../../shared/labApi.ts';
import { publishedName } from '../../shared/publishedSets.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

export type PreviewImages = LabOutput<'previewDataset'>;

/** The library of data sets, and the import under way. */
export const useDatasets = defineStore('datasets', () => {
  const { lab, shell, onEvent } = useConnection();
  const problems = useProblems();
  const list = shallowRef<readonly DatasetInfo[] | null>(null);
  const importing = ref<{ message: string; share: number | null } | null>(null);

  const reading = 'Read the data sets';
  const failure = problems.failureOf(reading, () => list.value !== null);
  const load = async (): Promise<void> => {
    list.value = (await problems.attempt(reading, () => lab.datasets({}))) ?? list.value;
  };
  const nameOf = (id: string): string => list.value?.find((dataset) => dataset.id === id)?.name ?? publishedName(id);
  const preview = (id: string, count: number): Promise<PreviewImages | null> =>
    problems.attempt('Preview the images', () => lab.previewDataset({ id, count }));
  const remove = (id: string): Promise<unknown> =>
    problems.attempt('Remove the data set', () => lab.deleteDataset({ id }));

  /** The import dialog is open: for these files, or for some that are still to be chosen (null). */
  const wanted = shallowRef<{ readonly paths: readonly string[] | null } | null>(null);
  /** What the library said of the last import, where it refused it. */
  const importProblem = ref<string | null>(null);
  /** The set that the Data view shows; null: the first. */
  const shownId = ref<string | null>(null);
  const downloading = ref<string | null>(null);
  /** Downloads that the user ended; what had come of them is kept. */
  const cancelled = ref<readonly string[]>([]);
  watch(wanted, () => {
    importProblem.value = null;
  });
  const openImport = (): void => {
    wanted.value = { paths: null };
  };

  const busy = async (
    title: string,
    message: string,
    work: () => Promise<DatasetInfo | null>,
  ): Promise<DatasetInfo | null> => {
    importing.value = { message, share: null };
    importProblem.value = null;
    try {
      const done = await work();
      if (done !== null) problems.solve(title);
      return done;
    } catch (error) {
      // What the open dialog can show stands there, beside what may be changed.
      if (wanted.value !== null && error instanceof LabError) importProblem.value = error.message;
      else problems.report(title, error);
      return null;
    } finally {
      importing.value = null;
      await load();
    }
  };

  /** Asks for files or a folder where none are named, then imports them; null when cancelled or refused. */
  const importFrom = async (
    from: 'files' | 'folder' | readonly string[],
    how: Omit<LabInput<'importDataset'>, 'paths'>,
  ): Promise<DatasetInfo | null> => {
    const paths =
      typeof from === 'string'
        ? await problems.attempt('Choose the files', () => shell.chooseDataset(from))
        : [...from];
    if (!paths || paths.length === 0) return null;
    return busy('Import the data set', 'Reading the files', () => lab.importDataset({ ...how, paths }));
  };

  /** Gets a published set from where it is published. */
  const download = async (id: string): Promise<void> => {
    downloading.value = id;
    cancelled.value = cancelled.value.filter((other) => other !== id);
    const got = await busy('Download the data set', 'Asking for the file', async () => {
      try {
        return await lab.downloadDataset({ id });
      } catch (error) {
        if (!(error instanceof LabError) || error.code !== 'CANCELLED') throw error;
        cancelled.value = [...cancelled.value, id];
        return null;
      }
    });
    downloading.value = null;
    if (got !== null) shownId.value = got.id;
  };
  const cancelDownload = (): Promise<unknown> => problems.attempt('Cancel the download', () => lab.cancelDownload({}));

  onEvent((event) => {
    if (event.type === 'datasetsChanged') void load();
    if (event.type === 'importProgressed' && importing.value)
      importing.value = { message: event.message, share: event.share };
  });

  return {
    ...{ list, failure, importing, load, nameOf, preview, remove, importFrom },
    ...{ wanted, openImport, importProblem, shownId, downloading, cancelled, download, cancelDownload },
  };
});
