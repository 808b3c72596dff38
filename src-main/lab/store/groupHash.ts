import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';

/**
 * Names a group: SHA-256 of its configuration's canonical JSON, but for how closely its runs are observed, which changes no weight; of imported runs, together with the lab they come from, so that they join
 * no group of another one, and none that was trained here.
 */
export const groupHash = ({ observe: _, ...group }: GroupConfig, lab: string | null = null): string =>
  createHash('sha256')
    .update(canonicalJson(lab === null ? group : { group, lab }))
    .digest('hex');

/** The groups of an experiment, in the order of its axes and arms. */
export const groupHashesOf = (experiment: Experiment, lab: string | null = null): string[] =>
  expandGroups(experiment).map((group) => groupHash(group, lab));
