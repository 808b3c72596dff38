import { z } from 'zod';
import { methodIds, methodNames } from '../methods/index.ts';

/** What was published of a method on the network and the data set of groups that are compared. */
export const publishedPointSchema = z.strictObject({
  /** Where: "Table 1" of the paper that has ESAM, or another publication, "Becker et al. 2024". */
  item: z.string(),
  /** Who says so, in short: "paper", or that other publication. */
  source: z.string(),
  /** "ResNet-18 on cifar10" */
  on: z.string(),
  method: z.enum(methodIds),
  /** In percent. */
  accuracy: z.number(),
  sd: z.number().nullable(),
  /** As published, on hardware that is not named; null where only speeds relative to another method's are. */
  publishedImagesPerSecond: z.number().nullable(),
  /** Its speed relative to its SAM's. */
  speedRatio: z.number(),
  /** Where it stands beside the groups: that, times the speed of the SAM that is compared. */
  imagesPerSecond: z.number(),
  /** Settings in which the group compared here differs from what the paper trained; none: it was trained as in the paper. */
  differences: z.array(z.string()),
});
export type PublishedPoint = z.infer<typeof publishedPointSchema>;

/** "SAM, paper" or another publication, and on what where there are several. */
export const nameOfPublished = ({ method, on, source }: PublishedPoint, isOnTold: boolean): string =>
  `${methodNames[method]}${isOnTold ? `, ${on}` : ''}, ${source}`;

const listed = (names: readonly string[], most: number): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

/** Whence the points are, and how far they can be compared: one sentence or two. */
export const publishedText = (points: readonly PublishedPoint[]): string => {
  const items = listed([...new Set(points.map(({ item }) => item))], 3);
  const others = [...new Set(points.flatMap(({ differences }) => differences))];
  const otherwise = others.length === 0 ? '' : ` The groups here were trained otherwise: ${listed(others, 5)}.`;
  const best = points.some(({ source }) => source === 'paper') ? "; the paper's are the best of any epoch" : '';
  return `Hollow: published values (${items}), at their speed relative to SAM's${best}.${otherwise}`;
};
