import { z } from 'zod';
import { optimizerSchema, type OptimizerConfig } from './methods/index.ts';
import { sharedConfigSchema, type SharedConfig } from './runConfig.ts';
import { changed, followed } from './settingPaths.ts';
import { alternatives, bare } from './settings/leaves.ts';

/** How a setting is entered. */
export interface SettingField {
  /** In the method's configuration, or in what arms share: `alpha`, `when.probability`. */
  readonly path: string;
  readonly kind: 'number' | 'choice' | 'switch';
  readonly value: unknown;
  /** Of a number: may it be empty. */
  readonly isNullable: boolean;
  readonly choices: readonly string[];
}

/** All settings that a method has as it is set, in the order of its schema; what another choice would bring is left out. */
export const fieldsOf = (optimizer: OptimizerConfig): SettingField[] =>
  within(followed(optimizerSchema, optimizer), optimizer, '').filter(({ path }) => path !== 'name');

/** All settings that arms share, as they are set, in the order of their schema; lists are left out. */
export const sharedFieldsOf = (shared: SharedConfig): SettingField[] => within(sharedConfigSchema, shared, '');

const within = (object: z.ZodObject | undefined, values: object, prefix: string): SettingField[] =>
  Object.entries(object?.shape ?? {}).flatMap(([key, schema]): SettingField[] => {
    const value = new Map<string, unknown>(Object.entries(values)).get(key);
    const path = prefix + key;
    const inner = bare(schema);
    if (typeof value === 'object' && value !== null) {
      const names = alternatives(schema).flatMap(({ shape }) =>
        shape.name instanceof z.ZodLiteral ? [...shape.name.values] : [],
      );
      const parts = within(followed(schema, { ...value }), value, `${path}.`);
      return parts.map((part) => (part.path === `${path}.name` ? { ...part, choices: names.map(String) } : part));
    }
    const field = { path, value, isNullable: isNullable(schema), choices: [] };
    if (inner instanceof z.ZodLiteral) return [{ ...field, kind: 'choice' }];
    if (inner instanceof z.ZodEnum) return [{ ...field, kind: 'choice', choices: inner.options.map(String) }];
    return [{ ...field, kind: inner instanceof z.ZodBoolean ? 'switch' : 'number' }];
  });

const isNullable = (schema: unknown): boolean =>
  schema instanceof z.ZodNullable || (schema instanceof z.ZodDefault && isNullable(schema.unwrap()));

/** A method with another value of a setting, unchecked; the same where it has no such setting. */
export const withField = <T extends OptimizerConfig>(optimizer: T, path: string, value: unknown): T =>
  (changed(optimizerSchema, { ...optimizer }, path.split('.'), value) ?? optimizer) as T;

/** What arms share, with another value of a setting, unchecked; the same where there is no such setting. */
export const withShared = (shared: SharedConfig, path: string, value: unknown): SharedConfig =>
  (changed(sharedConfigSchema, shared, path.split('.'), value) ?? shared) as SharedConfig;
