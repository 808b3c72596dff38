import { z } from 'zod';

/** What windows keep with the workspace under a name: a form half written, what is chosen, how far one has scrolled. Nothing depends on it. */
export const keptStateSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-zA-Z.-]{0,63}$/),
  value: z.json(),
});
export type KeptState = z.infer<typeof keptStateSchema>;
