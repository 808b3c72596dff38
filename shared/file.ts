import { z } from 'zod';

export const exportedSchema = z.strictObject({ fileName: z.string(), mediaType: z.string(), text: z.string() });
export type Exported = z.infer<typeof exportedSchema>;

/** A file of any kind, to be saved. */
export const fileSchema = z.strictObject({ fileName: z.string(), mediaType: z.string(), base64: z.base64() });
export type LabFile = z.infer<typeof fileSchema>;
