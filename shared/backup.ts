import { z } from 'zod';

/** A copy of a workspace's database. */
export const backupSchema = z.strictObject({
  name: z.string(),
  madeAt: z.iso.datetime(),
  sizeBytes: z.number().int().min(0),
});
export type Backup = z.infer<typeof backupSchema>;

/** What a restore did: the folder in the workspace that holds the former files, null where there were none. */
export const restoredSchema = z.strictObject({ name: z.string(), formerFolder: z.string().nullable() });
export type Restored = z.infer<typeof restoredSchema>;

export const restoredText = ({ name, formerFolder }: Restored): string =>
  formerFolder === null
    ? `Restored ${name}.`
    : `Restored ${name}. The former database is kept in the folder ${formerFolder}.`;
