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

/** Of one kind: what it finds wrong is about that kind's settings. */
export const settingsSchemas: Readonly<Record<AnalysisId, z.ZodType<AnalysisSettings>>> = {
  ascentProfile: ascentProfile.settings,
  landscape: landscape.settings,
  adversarialLandscape: adversarialLandscape.settings,
  sharpness: sharpness.settings,
};

/** Of any kind. */
export const analysisSettingsSchema: z.ZodType<AnalysisSettings> = z.union(Object.values(settingsSchemas));

/**
 * Rows that an analysis with these settings gives, and what they cost in forward passes over its examples.
 * @param from - rows that are there already: the cost is that of the others.
 */
export const analysisWork = (
  settings: AnalysisSettings,
  from = 0,
): { readonly rows: number; readonly passes: number } => {
  const of = <S extends AnalysisSettings>(kind: AnalysisKind<S>, own: S) => {
    const rows = kind.rowCount(own);
    let passes = 0;
    for (let row = from; row < rows; row++) passes += kind.passes(own, row);
    return { rows, passes };
  };
  switch (settings.kind) {
    case 'ascentProfile':
      return of(ascentProfile, settings);
    case 'landscape':
      return of(landscape, settings);
    case 'adversarialLandscape':
      return of(adversarialLandscape, settings);
    case 'sharpness':
      return of(sharpness, settings);
  }
};
