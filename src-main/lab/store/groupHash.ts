import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/runConfig.ts';
import type { Experiment, GroupConfig } from '../../../shared/runConfig.ts';

/** Names a group: SHA-256 of its configuration's canonical JSON. */
export const groupHash = (group: GroupConfig): string =>
  createHash('sha256').update(canonicalJson(group)).digest('hex');

/** The groups of an experiment, one per arm, in the order of its arms. */
export const groupHashesOf = (experiment: Experiment): string[] => [
  ...new Set(experiment.arms.map((optimizer) => groupHash({ ...experiment.shared, optimizer }))),
];
