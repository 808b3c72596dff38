import { z } from 'zod';

/** The lab's own machine, as runs that began there say it. */
export const thisMachineId = 'this-machine';

/** Where runs can be sent besides the lab's own machine. */
export const placeIds = ['slurm'] as const;
export const placeIdSchema = z.enum(placeIds);
export type PlaceId = z.infer<typeof placeIdSchema>;

/** A run's job, as the cluster spoke of it last. */
export const clusterJobSchema = z.strictObject({
  /** Such as "1234_7", the 8th task of array 1234; null until the cluster has answered. */
  jobId: z.string().nullable(),
  /** In the cluster's own word, such as PENDING. */
  state: z.string(),
  /** Why it waits, in the cluster's own word, such as Priority. */
  reason: z.string().nullable(),
  node: z.string().nullable(),
  /** Where its output lies. */
  folder: z.string(),
});
export type ClusterJob = z.infer<typeof clusterJobSchema>;

/** What may stand in an option of sbatch: no space, no quote, nothing that a shell would take for its own. */
const word = z
  .string()
  .regex(/^[\w.,:@%+=/-]+$/, 'expected letters, digits and . , : @ % + = / - without spaces')
  .max(200);
const optionalWord = word.nullable().default(null);
const line = z
  .string()
  .max(500)
  .regex(/^[^\0\r\n]*$/, 'expected a single line');

/** How jobs are asked for. Null: as the cluster does it unasked. */
export const slurmSettingsSchema = z.strictObject({
  /** Where Slurm's commands are: an alias of the user's own ssh. Null: on the lab's machine. */
  host: z
    .string()
    .regex(/^\w[\w.@-]*$/, 'expected a host of your ssh configuration, such as cluster or me@login.example.org')
    .max(200)
    .nullable()
    .default(null),
  /** The lab's machine and the cluster see the same disk under the same paths. If not, files go by rsync over that ssh. */
  shared: z.boolean().default(true),
  partition: optionalWord,
  account: optionalWord,
  /** Minutes, or as Slurm writes it: 90, 1:30:00, 2-00:00:00. */
  timeLimit: word
    .regex(/^(?:\d+-)?\d+(?::\d+){0,2}$/, 'expected minutes, or a time such as 1:30:00 or 2-00:00:00')
    .nullable()
    .default(null),
  cores: z.number().int().min(1).max(4096).nullable().default(null),
  /** Of a job, such as 8G. */
  memory: word
    .regex(/^\d+[KMGT]?$/, 'expected a size such as 8G')
    .nullable()
    .default(null),
  gpus: z.number().int().min(0).max(64).default(0),
  /** Other options of sbatch, such as --qos=long. */
  options: z.array(word.regex(/^--/, 'expected an option such as --qos=long')).max(20).default([]),
  /** Lines of shell before the trainer starts, such as "module load gcc". */
  setup: z.array(line).max(50).default([]),
  /** Put before the trainer's command, such as "apptainer exec lab.sif"; empty: nothing. */
  container: line.default(''),
  /** Where jobs get their folders; both sides see it, or it is the cluster's alone. Null: in the workspace. */
  folder: z
    .string()
    .regex(/^\/[^\0\r\n]*$/, 'expected a path from the root, such as /scratch/me/esam-lab')
    .max(1000)
    .nullable()
    .default(null),
  /** Node there. Null: the lab's own. */
  node: line.nullable().default(null),
  /** At most so many jobs of this lab at once. */
  atOnce: z.number().int().min(1).max(10_000).nullable().default(null),
  /** So long before its time limit a job keeps a checkpoint and puts itself back into the cluster's queue. */
  noticeS: z.number().int().min(10).max(3600).default(120),
});
export type SlurmSettings = z.infer<typeof slurmSettingsSchema>;

/** What of a place a shell runs, or says where files go: no page may write it, the user confirms it outside. */
export const groundNames = [
  'host',
  'shared',
  'folder',
  'setup',
  'options',
  'container',
  'node',
] as const satisfies readonly (keyof SlurmSettings)[];
/** For whoever confirms it, a line each. */
export const groundText = (settings: SlurmSettings): string =>
  groundNames.map((name) => `${name}: ${JSON.stringify(settings[name])}`).join('\n');
export const isSameGround = (one: SlurmSettings, other: SlurmSettings): boolean =>
  groundText(one) === groundText(other);

export const placeStatusSchema = z.strictObject({
  id: placeIdSchema,
  settings: slurmSettingsSchema,
  /** False: what a shell would run was set by somebody else, or on another machine, and is not run before the user confirms it. */
  isConfirmed: z.boolean(),
  /** What answered, such as "slurm-wlm 22.05.8"; null: nothing, and `problem` says why. */
  version: z.string().nullable(),
  problem: z.string().nullable(),
  /** Until what a job has measured is seen in the lab, about. */
  delayS: z.number().min(0),
});
export type PlaceStatus = z.infer<typeof placeStatusSchema>;

export const placeTestedSchema = z.strictObject({ works: z.boolean(), seconds: z.number().min(0), said: z.string() });
export type PlaceTested = z.infer<typeof placeTestedSchema>;

/** Where to look for more of a run's job. */
export const jobHint = ({ jobId, folder }: ClusterJob): string =>
  `Job ${jobId ?? 'not numbered yet'} on the cluster; what it prints lies in ${folder}`;

/** A run's job in a person's words: "running on n1", "waits in the cluster (Priority)". */
export const jobText = ({ state, reason, node }: ClusterJob): string => {
  const why = reason === null ? '' : ` (${reason})`;
  if (state === 'PENDING' || state === 'SUBMITTING') return `waits in the cluster${why}`;
  const where = node === null ? '' : ` on ${node}`;
  return `${state.toLowerCase().replaceAll('_', ' ')}${where}${why}`;
};
