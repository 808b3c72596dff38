import { counted } from '../counted.ts';
import { countText } from '../numberText.ts';
import { analysisKinds, analysisSettingsSchema, type AnalysisSettings } from './index.ts';
import type { AnalysisSummary } from './record.ts';

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

/** "1 analysis runs, 3 wait", "4 analyses wait while a run trains"; empty where there is none. @param isTraining - a run trains, which analyses wait for. */
export const queuedText = (queued: readonly AnalysisSummary[], isTraining: boolean): string => {
  const running = queued.filter(({ state }) => state === 'running').length;
  const waiting = queued.length - running;
  const wait = waiting === 1 ? 'waits' : 'wait';
  if (running > 0) return `1 analysis runs${waiting === 0 ? '' : `, ${countText(waiting)} ${wait}`}`;
  if (waiting === 0) return '';
  return `${counted(waiting, 'analysis', 'analyses')} ${wait}${isTraining ? ' while a run trains' : ''}`;
};
