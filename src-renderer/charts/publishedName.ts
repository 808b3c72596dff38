import { methodNames } from '../../shared/method.ts';
import type { PublishedPoint } from '../../shared/results/published.ts';

/** "SAM, paper", and on what where there are several. */
export const publishedName = ({ method, on }: PublishedPoint, isOnTold: boolean): string =>
  `${methodNames[method]}${isOnTold ? `, ${on}` : ''}, paper`;
