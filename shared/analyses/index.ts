import { z } from 'zod';
import { adversarialLandscape } from './adversarialLandscape.ts';
import type { AnalysisKind } from './analysis.ts';
import { ascentProfile } from './ascentProfile.ts';
import { landscape } from './landscape.ts';
import { sharpness } from './sharpness.ts';

export { analysisRowSchema, type AnalysisRow } from './analysis.ts';

/** Every kind of analysis of a checkpoint: one file and one line here, one file and one line in src-main/trainer/analyses. */
export const analysisKinds = { ascentProfile, landscape, adversarialLandscape, sharpness } as const;

export type AnalysisId = keyof typeof analysisKinds;
export const analysisIds = Object.keys(analysisKinds) as AnalysisId[];

type SettingsOf<K> = K extends AnalysisKind<infer S> ? S : never;
export type AnalysisSettings = SettingsOf<(typeof analysisKinds)[AnalysisId]>;
export const analysisSettingsSchema: z.ZodType<AnalysisSettings> = z.union([
  ascentProfile.settings,
  landscape.settings,
  adversarialLandscape.settings,
  sharpness.settings,
]);

/** Rows that an analysis with these settings gives. */
export const analysisRowCount = (settings: AnalysisSettings): number => {
  switch (settings.kind) {
    case 'ascentProfile':
      return ascentProfile.rowCount(settings);
    case 'landscape':
      return landscape.rowCount(settings);
    case 'adversarialLandscape':
      return adversarialLandscape.rowCount(settings);
    case 'sharpness':
      return sharpness.rowCount(settings);
  }
};
