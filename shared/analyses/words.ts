import { analysisKinds, analysisSettingsSchema, type AnalysisSettings } from './index.ts';

/** The settings of an analysis that are not what they are without being asked for, in words. */
export const settingsWords = (settings: AnalysisSettings): string => {
  const usual = new Map(Object.entries(analysisSettingsSchema.parse({ kind: settings.kind })));
  const own = new Map<string, unknown>(Object.entries(settings));
  const words = Object.entries(analysisKinds[settings.kind].fields).flatMap(([name, { label, texts }]) => {
    const value = own.get(name);
    if (value === usual.get(name)) return [];
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : (texts?.[String(value)] ?? String(value));
    return [`${label} ${text}`];
  });
  return words.length === 0 ? 'usual settings' : words.join(', ');
};
