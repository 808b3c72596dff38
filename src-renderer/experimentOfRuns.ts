import { counted } from '../shared/counted.ts';
import type { Experiment } from '../shared/experiment.ts';
import type { RunSummary } from '../shared/run.ts';
import { canonicalJson, type SharedConfig } from '../shared/runConfig.ts';

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

/**
 * The experiment that would train these runs: their methods and their seeds over what they share; each method gets every seed.
 * @returns null where they differ in more than that, and where there are none.
 */
export const experimentOfRuns = (runs: readonly RunSummary[]): Experiment | null => {
  const ordered = runs.toSorted((a, b) => a.id - b.id);
  const [first] = ordered;
  if (first === undefined) return null;
  const shared = sharedOf(first);
  if (ordered.some((run) => canonicalJson(sharedOf(run)) !== canonicalJson(shared))) return null;
  const arms = new Map(ordered.map(({ config: { optimizer } }) => [canonicalJson(optimizer), optimizer]));
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
