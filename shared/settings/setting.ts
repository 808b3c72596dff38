import { z } from 'zod';

/** All that is told about a setting, wherever it is shown. */
export interface Setting {
  /** In the researcher's words; lower case but for names. */
  readonly label: string;
  /** The paper's letter, or a shorter word: shown in place of the label where there is little room. */
  readonly symbol?: string;
  /** Of its number, beside a field. */
  readonly unit?: string;
  /** One sentence: what it changes. */
  readonly help: string;
  /** Of a number that 0 switches off: what it begins with where it is switched on. */
  readonly begins?: number;
  /** What values say that would not speak for themselves, by the value's own text ("null", "0"). */
  readonly texts?: Readonly<Record<string, string>>;
}

const told = z.registry<Setting>();
const called = z.registry<{ readonly text: string }>();

/**
 * A setting: the schema of its values, and what is told about it. Of a choice between alternatives, each with settings of its own, it is
 * told on their union.
 * @throws Error if this very schema is another setting already.
 */
export const setting = <Schema extends z.ZodType>(schema: Schema, about: Setting): Schema => {
  if (told.has(schema)) throw new Error(`“${about.label}” needs a schema of its own: this one is another setting.`);
  told.add(schema, about);
  return schema;
};

/** The name of an alternative, and what it is called. */
export const named = <Name extends string>(name: Name, text: string): z.ZodLiteral<Name> => {
  const schema = z.literal(name);
  called.add(schema, { text });
  return schema;
};

/** What is told about a schema, or else about that of the value that it lets be absent. */
export const toldOf = (schema: unknown): Setting | undefined => {
  if (!(schema instanceof z.ZodType)) return undefined;
  return told.get(schema) ?? toldOf(wrappedBy(schema));
};

/** What an alternative's name is called. */
export const textOf = (name: unknown): string | undefined =>
  name instanceof z.ZodType ? called.get(name)?.text : undefined;

/** The schema of a value that may also be left out, or be null; undefined where it may not. */
export const wrappedBy = (schema: unknown): unknown =>
  schema instanceof z.ZodDefault || schema instanceof z.ZodNullable ? schema.unwrap() : undefined;
