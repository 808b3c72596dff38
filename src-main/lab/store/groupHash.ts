import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { expandGroups } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';

/** Names a group: SHA-256 of its configuration's canonical JSON. */
export const groupHash = (group: GroupConfig): string =>
  createHash('sha256').update(canonicalJson(group)).digest('hex');

/** The groups of an experiment, in the order of its axes and arms. */
export const groupHashesOf = (experiment: Experiment): string[] => expandGroups(experiment).map(groupHash);
