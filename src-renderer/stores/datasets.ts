import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DamagedChoice, DatasetInfo, DatasetKind, SplitChoice, ValueRange } from '../../shared/dataset.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

export type PreviewImages = LabOutput<'previewDataset'>;

/** The library of data sets, and the import under way. */
export const useDatasets = defineStore('datasets', () => {
  const { lab, shell, onEvent } = useConnection();
  const problems = useProblems();
  const list = shallowRef<readonly DatasetInfo[] | null>(null);
  const importing = ref<{ message: string; share: number | null } | null>(null);

  const load = async (): Promise<void> => {
    list.value = (await problems.attempt('Read the data sets', () => lab.datasets({}))) ?? list.value ?? [];
  };
  const nameOf = (id: string): string => list.value?.find((dataset) => dataset.id === id)?.name ?? id;
  const preview = (id: string, count: number): Promise<PreviewImages | null> =>
    problems.attempt('Preview the images', () => lab.previewDataset({ id, count }));
  const remove = (id: string): Promise<unknown> =>
    problems.attempt('Remove the data set', () => lab.deleteDataset({ id }));

  /** Asks for files or a folder, then imports them; null when cancelled or refused. */
  const importFrom = async (
    from: 'files' | 'folder',
    kind: DatasetKind,
    name: string | null,
    onDamaged: DamagedChoice,
    split: SplitChoice | null,
    range: ValueRange | null,
  ): Promise<DatasetInfo | null> => {
    const paths = await problems.attempt('Choose the files', () => shell.chooseDataset(from));
    if (!paths || paths.length === 0) return null;
    importing.value = { message: 'Reading the files', share: null };
    const imported = await problems.attempt('Import the data set', () =>
      lab.importDataset({ kind, paths, name, onDamaged, split, range }),
    );
    importing.value = null;
    await load();
    return imported;
  };

  onEvent((event) => {
    if (event.type === 'datasetsChanged') void load();
    if (event.type === 'importProgressed' && importing.value)
      importing.value = { message: event.message, share: event.share };
  });

  return { list, importing, load, nameOf, preview, remove, importFrom };
});
