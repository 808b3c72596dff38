import { groupConfigOf, runConfigSchema } from '../../../shared/runConfig.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';

const { seed: _, ...fields } = runConfigSchema.shape;
const names = Object.keys(fields) as (keyof typeof fields)[];

/** Reads configurations from JSON, each of their values once however many have it. */
export const configReader = (): ((text: string) => GroupConfig) => {
  const known = new Map<string, unknown>();
  return (text) => {
    const stored: unknown = JSON.parse(text);
    const whole = (): GroupConfig => groupConfigOf(runConfigSchema.parse(stored));
    if (typeof stored !== 'object' || stored === null) return whole();
    if (Object.keys(stored).some((key) => !Object.hasOwn(runConfigSchema.shape, key)) || !('seed' in stored))
      return whole();
    const found: Record<string, unknown> = {};
    for (const name of names) {
      const value: unknown = Reflect.get(stored, name);
      const key = `${name} ${JSON.stringify(value)}`;
      if (!known.has(key)) {
        const parsed = fields[name].safeParse(value);
        if (!parsed.success) return whole(); // which says what is wrong
        known.set(key, parsed.data);
      }
      found[name] = known.get(key);
    }
    return found as GroupConfig;
  };
};
