import { z } from 'zod';
import { setting } from '../settings/setting.ts';

/** γ of every method that selects examples. */
export const gamma = setting(z.number().gt(0).max(1), {
  label: 'gamma',
  symbol: 'γ',
  help: 'Share of a batch’s examples that the update uses (sharpness-sensitive data selection; K-SAM: those of largest loss).',
});
