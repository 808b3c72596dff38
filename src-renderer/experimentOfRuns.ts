import { armSchema, configOfArm, type Arm } from '../shared/arm.ts';
import { counted } from '../shared/counted.ts';
import type { Experiment } from '../shared/experiment.ts';
import type { RunSummary } from '../shared/run.ts';
import { canonicalJson, type SharedConfig } from '../shared/runConfig.ts';
import { differingPaths } from '../shared/settings/index.ts';
import { valueAt } from '../shared/valueAt.ts';

/** "run 6", "runs 6–8", "3 runs". */
export const namesOfRuns = (ids: readonly number[]): string => {
  const [first = 0] = ids;
  const last = ids.at(-1) ?? first;
  if (ids.length === 1) return `run ${first}`;
  return last - first === ids.length - 1 ? `runs ${first}–${last}` : counted(ids.length, 'run');
};

/** What the arms of an experiment share; on the data that are there when it is queued, not on those of then. */
const sharedOf = ({ config }: RunSummary): SharedConfig => {
  const { optimizer: _optimizer, seed: _seed, ...shared } = config;
  return { ...shared, dataset: { ...shared.dataset, identity: null } };
};

const mostNameLength = 120;

/** What a run has instead of what is shared, as its arm; null where that is no list of single values. */
const armOfRun = (shared: SharedConfig, run: RunSummary): Arm | null => {
  const own = sharedOf(run);
  const overrides = differingPaths([shared, own]).flatMap((path): [string, unknown][] => {
    const value = valueAt(own, path);
    return value === undefined ? [] : [[path, value]];
  });
  const arm = { ...run.config.optimizer, ...(overrides.length > 0 && { overrides: Object.fromEntries(overrides) }) };
  const parsed = armSchema.safeParse(arm);
  if (!parsed.success) return null;
  const made = configOfArm(shared, parsed.data);
  return canonicalJson(made) === canonicalJson({ ...own, optimizer: run.config.optimizer }) ? parsed.data : null;
};

/**
 * The experiment that would train these runs: their methods and their seeds over what the first of them shares with the others; each
 * method gets every seed.
 * @returns null where they differ in a list of values, and where there are none.
 */
export const experimentOfRuns = (runs: readonly RunSummary[]): Experiment | null => {
  const ordered = runs.toSorted((a, b) => a.id - b.id);
  const [first] = ordered;
  if (first === undefined) return null;
  const shared = sharedOf(first);
  const arms = new Map<string, Arm>();
  for (const run of ordered) {
    const arm = armOfRun(shared, run);
    if (arm === null) return null;
    arms.set(canonicalJson(arm), arm);
  }
  const seeds = new Set(ordered.map(({ config: { seed } }) => seed));
  const suffix = ` (from ${namesOfRuns(ordered.map(({ id }) => id))})`;
  const experiment: Experiment = {
    name: first.experimentName.slice(0, mostNameLength - suffix.length) + suffix,
    shared,
    arms: [...arms.values()],
    axes: [],
    seeds: [...seeds].sort((a, b) => a - b),
    skipFinished: true,
    measureSpeed: true,
  };
  return structuredClone(experiment);
};
