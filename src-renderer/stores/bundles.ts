import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { counted } from '../../shared/counted.ts';
import type { BundleImported } from '../../shared/bundle.ts';
import type { GroupCurve } from '../../shared/result.ts';
import { useConnection } from '../connection.ts';
import { useCompare } from './compare.ts';
import { useProblems } from './problems.ts';

/** Runs that go to other labs as a file, and come from them. */
export const useBundles = defineStore('bundles', () => {
  const { lab, shell } = useConnection();
  const problems = useProblems();
  const compare = useCompare();
  const isBusy = ref(false);

  const busy = async <T>(title: string, work: () => Promise<T>): Promise<T | null> => {
    if (isBusy.value) return null;
    isBusy.value = true;
    const done = await problems.attempt(title, work);
    isBusy.value = false;
    return done;
  };
  /** Compare shows what came. */
  const shown = (imported: BundleImported | null): BundleImported | null => {
    if (imported !== null) compare.chooseExperiments(imported.experimentIds);
    return imported;
  };

  /** Asks for a bundle and imports it; null when cancelled or refused. */
  const importChosen = (): Promise<BundleImported | null> =>
    busy('Import the bundle', async () => {
      const path = await shell.chooseBundle();
      return path === null ? null : shown(await lab.importBundle({ path }));
    });

  /** The same for one whose path is known. */
  const importFrom = (path: string): Promise<BundleImported | null> =>
    busy('Import the bundle', async () => shown(await lab.importBundle({ path })));

  /** Imports the bundle that the app was opened with, once; null where there is none, or where it is refused. */
  const importOpened = (): Promise<BundleImported | null> =>
    busy('Import the bundle', async () => {
      const path = await shell.openedBundle();
      return path === null ? null : shown(await lab.importBundle({ path }));
    });

  const openExample = (): Promise<BundleImported | null> =>
    busy('Open the example', async () => shown(await lab.openExample({})));

  /** What the example shows, for those who have not opened it; null until it is known. */
  const exampleCurves = shallowRef<readonly GroupCurve[] | null>(null);
  const loadExampleCurves = async (): Promise<void> => {
    exampleCurves.value ??= await problems.attempt('Read the example', () => lab.exampleCurves({}));
  };

  /** Asks where to save these experiments or runs; where they are, and what they are in words. Null when cancelled or refused. */
  const save = (
    chosen: { experimentIds: readonly number[]; runIds: readonly number[] },
    withCheckpoints = false,
  ): Promise<{ readonly place: string; readonly more: string } | null> =>
    busy('Export the bundle', async () => {
      const { fileName, base64, runCount, leftOut } = await lab.exportBundle({
        ...{ experimentIds: [...chosen.experimentIds], runIds: [...chosen.runIds], name: null, withCheckpoints },
      });
      const place = await shell.saveFile(fileName, base64);
      if (place === null) return null;
      const without = leftOut.length === 0 ? '' : ` Left out: ${leftOut.join(' ')}`;
      return { place, more: `, ${runCount === 1 ? 'one run' : counted(runCount, 'run')}.${without}` };
    });

  return { isBusy, importChosen, importFrom, importOpened, openExample, exampleCurves, loadExampleCurves, save };
});
