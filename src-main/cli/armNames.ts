import { groupedBy } from '../../shared/groupedBy.ts';
import { nameOfMethod } from '../../shared/method.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { differingPaths, namedSettings } from '../../shared/settings/index.ts';

/** At least how a method is configured. */
type Named = Pick<RunConfig, 'optimizer'> & Partial<RunConfig>;

/**
 * What configurations are called beside each other: the method, with the settings that tell those of one method apart.
 * @param elsewhere - settings that stand beside the names already.
 */
export const armNames = (configs: readonly Named[], elsewhere: readonly string[] = []): ((config: Named) => string) => {
  const tellingPaths = new Map(
    Array.from(
      groupedBy(configs, ({ optimizer }) => nameOfMethod(optimizer)),
      ([name, alike]) => [
        name,
        differingPaths(alike.map(({ seed: _, ...group }) => group)).filter((path) => !elsewhere.includes(path)),
      ],
    ),
  );
  return (config) => {
    const name = nameOfMethod(config.optimizer);
    const telling = Object.entries(namedSettings(config, tellingPaths.get(name) ?? []));
    return telling.length === 0 ? name : `${name} (${telling.map((setting) => setting.join(' ')).join(', ')})`;
  };
};
