import { z } from 'zod';
import { methodIds } from '../methods/index.ts';

/** What the paper found with a method on the network and the data set of groups that are compared. */
export const publishedPointSchema = z.strictObject({
  /** Where in the paper: "Table 1". */
  item: z.string(),
  /** "ResNet-18 on cifar10" */
  on: z.string(),
  method: z.enum(methodIds),
  /** In percent, the best of any epoch. */
  accuracy: z.number(),
  sd: z.number().nullable(),
  /** As the paper has it, on hardware that it does not name. */
  paperImagesPerSecond: z.number(),
  /** Where it stands beside the groups: the paper's speed relative to its SAM's, times that of the SAM that is compared. */
  imagesPerSecond: z.number(),
  /** Settings in which the group compared here differs from what the paper trained; none: it was trained as in the paper. */
  differences: z.array(z.string()),
});
export type PublishedPoint = z.infer<typeof publishedPointSchema>;

const listed = (names: readonly string[], most: number): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

/** Whence the points are, and how far they can be compared: one sentence or two. */
export const publishedText = (points: readonly PublishedPoint[]): string => {
  const items = listed([...new Set(points.map(({ item }) => item))], 3);
  const others = [...new Set(points.flatMap(({ differences }) => differences))];
  const otherwise = others.length === 0 ? '' : ` The groups here were trained otherwise: ${listed(others, 5)}.`;
  return `Hollow: the paper's values (${items}), the best of any epoch, at its speed relative to SAM's.${otherwise}`;
};
