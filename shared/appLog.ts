import { z } from 'zod';

/** The folder of the workspace in which the lab's log lies. */
export const logFolderName = 'logs';

export const appLogLevels = ['info', 'warning', 'error'] as const;
export type AppLogLevel = (typeof appLogLevels)[number];

/** A line of the lab's own log: what it did, and what nobody expected. */
export const appLogLineSchema = z.strictObject({
  at: z.string(),
  level: z.enum(appLogLevels),
  text: z.string(),
});
export type AppLogLine = z.infer<typeof appLogLineSchema>;
