import { z } from 'zod';

/** What tells a workspace from all others; drawn once, when it is made. */
export const labIdSchema = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits');

/** The lab in which something was made that was imported here. Its runs are groups of their own: nothing imported joins what was trained here. */
export const originSchema = z.strictObject({
  lab: labIdSchema,
  /** What it calls itself. */
  name: z.string().trim().min(1).max(80),
  /** It came with the app, for newcomers to look at. */
  isExample: z.boolean(),
});
export type Origin = z.infer<typeof originSchema>;

/** What a lab is called that has no name of its own. */
export const nameOfLab = (lab: string): string => `lab ${lab.slice(0, 8)}`;

/** Beside names of groups, experiments and runs. */
export const originText = ({ name, isExample }: Origin): string => (isExample ? 'example' : `from ${name}`);
