import { z } from 'zod';
import { setting } from '../settings/setting.ts';

/** α of the methods that combine h with a part of g, or g with a part of h. */
export const alpha = setting(z.number().min(0).max(100), {
  label: 'alpha',
  symbol: 'α',
  help: 'LookSAM: how much of the part that it keeps is reused between two climbs. GSAM: how much of g’s part orthogonal to h is taken off.',
});
