import { counted } from '../../shared/counted.ts';
import { groupedBy } from '../../shared/groupedBy.ts';
import { nameOfAll, type MethodId } from '../../shared/method.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import type { SiblingSeries } from './siblingSeries.ts';

/** A mark behind a run's curves, and what it stands for. */
interface SiblingKey {
  readonly id: string;
  readonly method: MethodId;
  readonly variant: number;
  readonly name: string;
}

/**
 * What stands behind a run's curves, by name. Where groups are too many for bands, their methods alone are named; the table behind the
 * chart names all.
 * @param configs - of the experiment's groups, by hash.
 */
export const siblingKeys = (
  all: readonly SiblingSeries[],
  configs: ReadonlyMap<string, Pick<RunConfig, 'optimizer'>>,
): SiblingKey[] => {
  if (all.every(({ isDim }) => isDim !== true))
    return all.map(({ id, method, variant, name }) => ({ id, method, variant, name }));
  return [...groupedBy(all, ({ method }) => method)].map(([method, same]) => {
    const optimizers = same.flatMap(({ groupHash }) => configs.get(groupHash)?.optimizer ?? []);
    return {
      ...{ id: method, method, variant: 0 },
      name: `${nameOfAll(method, optimizers)}, ${counted(same.length, 'group')}`,
    };
  });
};
