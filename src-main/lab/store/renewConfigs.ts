import type { DatasetInfo } from '../../../shared/dataset.ts';
import { expandGroups, experimentSchema } from '../../../shared/experiment.ts';
import type { RunId } from '../../../shared/run.ts';
import { canonicalJson, groupConfigOf, runConfigSchema } from '../../../shared/runConfig.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import { datasetIdentity } from '../datasets/identity.ts';
import type { Database } from './database.ts';
import { groupHash } from './groupHash.ts';

interface Row {
  id: RunId;
  config: string;
  /** Of the set's bytes, as the run's trainer read them; null: it has not started. */
  sha256: string | null;
  /** The lab that it was imported from. */
  lab: string | null;
}

/** What the workspace's library says of a set now; null where it has none of this id. */
type DescribedSet = (id: string) => DatasetInfo | null;

/**
 * Writes settings that a former version of the lab did not have yet, at the values it trained with, into the configurations of its runs,
 * so that they stay in one group with new runs that train the same, and in no group with runs that do not.
 */
export const renewConfigs = (database: Database, describedSet: DescribedSet): void => {
  database.transaction(() => {
    renewRuns(database, describedSet);
    renewExperiments(database, describedSet);
  })();
};

const renewRuns = (database: Database, describedSet: DescribedSet): void => {
  const oneOfEach = database.prepare<[], { config: string; hash: string; lab: string | null }>(
    `SELECT config, hash, (SELECT lab FROM run_origin JOIN origin ON origin.id = origin_id WHERE run_id = first) AS lab
     FROM (SELECT min(id) AS first, config, group_hash AS hash FROM run GROUP BY group_hash)`,
  );
  const ofGroup = database.prepare<[string], Row>(
    `SELECT id, config, dataset_sha256 AS sha256,
       (SELECT lab FROM run_origin JOIN origin ON origin.id = origin_id WHERE run_id = run.id) AS lab
     FROM run LEFT JOIN environment ON environment.run_id = run.id WHERE group_hash = ?`,
  );
  const update = database.prepare('UPDATE run SET config = ?, group_hash = ? WHERE id = ?');
  for (const { config, hash, lab } of oneOfEach.all()) {
    const parsed = understood(() => runConfigSchema.parse(JSON.parse(config)));
    if (parsed !== null && parsed.dataset.identity !== null && groupHash(groupConfigOf(parsed), lab) === hash) continue;
    for (const row of ofGroup.all(hash)) {
      const renewed = understood(() => renewedConfig(row, describedSet));
      if (renewed === null) continue;
      const text = canonicalJson(renewed);
      if (text !== row.config) update.run(text, groupHash(groupConfigOf(renewed), row.lab), row.id);
    }
  }
};

/** Null where it throws: what is not understood is not rewritten; whoever reads it says so. */
const understood = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

/** A run's configuration, or what an experiment's share, as it was stored. */
interface Former {
  readonly dataset: { readonly id: string };
  readonly augmentation: {
    readonly cropMinScale?: unknown;
    readonly cropMaxScale?: unknown;
    readonly resolution?: unknown;
  };
}

/** Before crops were settings, the images of folders were trained on random resized crops of 8 to 100 % of their area. */
const withFormerCrops = (former: Former, set: DatasetInfo | null): Former => {
  const { augmentation } = former;
  const isFolder = set === null ? typeof augmentation.resolution === 'number' : set.storage === 'files';
  if (augmentation.cropMinScale !== undefined || !isFolder) return former;
  return { ...former, augmentation: { ...augmentation, cropMinScale: 0.08, cropMaxScale: 1 } };
};

/** A set that the library lacks now is told from others by what its trainer read; that is never another set's identity. */
const renewedConfig = ({ config, sha256 }: Omit<Row, 'lab'>, describedSet: DescribedSet): RunConfig => {
  const raw = JSON.parse(config) as Former;
  const present = describedSet(raw.dataset.id);
  const parsed = runConfigSchema.parse(withFormerCrops(raw, present));
  if (parsed.dataset.identity !== null || sha256 === null) return parsed;
  const identity = present?.sha256 === sha256 ? datasetIdentity(present) : sha256;
  return { ...parsed, dataset: { ...parsed.dataset, identity } };
};

/** Tells the identity of a set as the experiment's newest run read it; without such a run, as the workspace's newest did. */
const newestIdentities = (database: Database): ((set: string, experiment: number) => string | undefined) => {
  // Beside max() the other columns are of the row that has it.
  const runs = database.prepare<[], { experiment: number | null; set: string; identity: string }>(
    `SELECT experiment_id AS experiment, config ->> '$.dataset.id' AS "set", config ->> '$.dataset.identity' AS identity, max(id) AS newest
     FROM (SELECT id, experiment_id, iif(json_valid(config), config, '{}') AS config FROM run)
     WHERE identity IS NOT NULL GROUP BY experiment_id, "set" ORDER BY newest`,
  );
  const ofExperiment = new Map<string, string>();
  const ofAll = new Map<string, string>();
  for (const { experiment, set, identity } of runs.all()) {
    ofExperiment.set(`${String(experiment)} ${set}`, identity);
    ofAll.set(set, identity);
  }
  return (set, experiment) => ofExperiment.get(`${String(experiment)} ${set}`) ?? ofAll.get(set);
};

/** Which data a former experiment meant: what its own newest run on the set was trained on, else the newest run of the workspace. */
const renewExperiments = (database: Database, describedSet: DescribedSet): void => {
  const former = database.prepare<[], { id: number; definition: string }>(
    `SELECT id, definition FROM experiment
     WHERE iif(json_valid(definition), json_type(definition, '$.data') IS NULL
       OR json_type(definition, '$.shared.augmentation.cropMinScale') IS NULL, 0)`,
  );
  const experiments = former.all();
  if (experiments.length === 0) return;
  const newest = newestIdentities(database);
  const update = database.prepare('UPDATE experiment SET definition = ? WHERE id = ?');
  for (const { id, definition } of experiments) {
    const read = understood(() => {
      const raw = JSON.parse(definition) as { shared: Former };
      const shared = withFormerCrops(raw.shared, describedSet(raw.shared.dataset.id));
      return { raw, shared, experiment: experimentSchema.parse({ ...raw, shared }) };
    });
    if (read === null) continue;
    const { raw, shared, experiment } = read;
    const ids = new Set(expandGroups(experiment).map(({ dataset }) => dataset.id));
    const data = Object.fromEntries(
      [...ids].flatMap((set): [string, string][] => {
        const identity = newest(set, id);
        return identity === undefined ? [] : [[set, identity]];
      }),
    );
    const isKnown = experiment.data !== undefined || Object.keys(data).length === 0;
    if (isKnown && shared === raw.shared) continue;
    update.run(JSON.stringify({ ...experiment, data: { ...data, ...experiment.data } }), id);
  }
};
