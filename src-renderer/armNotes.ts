import { computed, type ComputedRef } from 'vue';
import { groupedBy } from '../shared/groupedBy.ts';
import { methodOf, type MethodId } from '../shared/method.ts';
import type { RunSummary } from '../shared/run.ts';
import { groupConfigOf, type RunConfig } from '../shared/runConfig.ts';
import { differingPaths, settingName } from '../shared/settings/index.ts';
import { variantsOf } from './methodStyles.ts';
import type { NameOf } from './rowNames.ts';
import { flatSettings } from './settingLabels.ts';
import { useDatasets } from './stores/datasets.ts';
import { useRuns } from './stores/runs.ts';

/** How an arm is told from the others of its method: by its mark, and by what differs. */
export interface ArmNote {
  readonly variant: number;
  /** "β 0.6, γ 0.5"; nothing where it is the only one of its method. */
  readonly note: string;
}

/** Of the arms of one experiment, by whatever names them. */
export const armNotes = <K>(
  arms: ReadonlyMap<K, { readonly method: MethodId; readonly config: RunConfig }>,
  nameOfDataset: NameOf,
): ReadonlyMap<K, ArmNote> => {
  const variants = variantsOf([...arms.values()].map(({ method }) => method));
  const differing = new Map(
    [...groupedBy([...arms.values()], ({ method }) => method)].map(([method, same]) => [
      method,
      differingPaths(same.map(({ config }) => groupConfigOf(config))),
    ]),
  );
  return new Map(
    [...arms].map(([key, { method, config }], index) => {
      const settings = flatSettings(config, nameOfDataset);
      const told = (differing.get(method) ?? []).flatMap((path) => {
        const value = settings.get(path);
        return value === undefined ? [] : `${settingName(path)} ${value}`;
      });
      return [key, { variant: variants[index] ?? 0, note: told.join(', ') }];
    }),
  );
};

/** Of runs, each among these runs of its experiment. */
const notesOfRuns = (all: readonly RunSummary[], nameOfDataset: NameOf): ((run: RunSummary) => ArmNote) => {
  const inOrder = all.toSorted((a, b) => a.id - b.id);
  const notes = new Map(
    [...groupedBy(inOrder, ({ experimentId }) => experimentId)].map(([id, runs]) => [
      id,
      armNotes(
        new Map(runs.map(({ groupHash, config }) => [groupHash, { method: methodOf(config.optimizer), config }])),
        nameOfDataset,
      ),
    ]),
  );
  return ({ experimentId, groupHash }) => notes.get(experimentId)?.get(groupHash) ?? { variant: 0, note: '' };
};

/** Of these runs, each among all runs of its experiment. */
export const useArmNotes = (some: () => readonly RunSummary[]): ComputedRef<(run: RunSummary) => ArmNote> => {
  const runs = useRuns();
  const datasets = useDatasets();
  return computed(() => {
    const wanted = new Set(some().map(({ experimentId }) => experimentId));
    const others = (runs.runs ?? []).filter(({ experimentId }) => wanted.has(experimentId));
    return notesOfRuns([...some(), ...others], datasets.nameOf);
  });
};
