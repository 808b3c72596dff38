import { z } from 'zod';

/** Which ends of runs the desktop tells. */
export const notificationChoices = ['all', 'problems', 'none'] as const;

/** What a person has chosen for the app on this machine, whatever workspace is open. */
export const preferencesSchema = z.strictObject({
  notifications: z.enum(notificationChoices).default('all'),
  /** The machine does not fall asleep while a run trains. */
  keepAwake: z.boolean().default(true),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** What the desktop's app can tell; a browser has none. */
export interface DesktopFacts {
  readonly preferences: Preferences;
  /** Folders of workspaces that were open before, newest first, without the present one. */
  readonly recentWorkspaces: readonly string[];
}
