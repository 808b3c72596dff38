import { z } from 'zod';
import { setting } from '../settings/setting.ts';
import type { Senseless } from './combinations.ts';

/** From ρ at η₀ to this at 0, as GSAM has it. */
export const rhoMin = setting(z.number().min(0).max(1e6).nullable().default(null), {
  label: 'smallest rho',
  symbol: 'ρ min',
  help: 'ρ falls with the learning rate to this value; empty: it stays.',
  texts: { null: 'ρ stays' },
});

export const senselessRhoMin = (config: { readonly rho: number; readonly rhoMin: number | null }): Senseless | null =>
  config.rhoMin !== null && config.rhoMin > config.rho
    ? { path: ['rhoMin'], reason: 'the smallest ρ is more than ρ itself; give less, or leave it empty' }
    : null;
