import { canonicalJson, type GroupConfig } from '../runConfig.ts';

/** Equal for groups whose accuracies may be compared: the same set, with the same content. */
export const dataOf = ({ dataset }: Pick<GroupConfig, 'dataset'>): string =>
  canonicalJson([dataset.id, dataset.identity]);
