import { z } from 'zod';
import { textOf, toldOf, wrappedBy, type Setting } from './setting.ts';

/** Without what only says how a value may be absent. */
export const bare = (schema: unknown): unknown => {
  const inner = wrappedBy(schema);
  return inner === undefined ? schema : bare(inner);
};

/** The objects that a schema takes: one, or each alternative of a union; none where it takes no object. */
export const alternatives = (schema: unknown): readonly z.ZodObject[] => {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return [inner];
  return inner instanceof z.ZodDiscriminatedUnion ? (inner.options as z.ZodObject[]) : [];
};

/** The key that tells the alternatives of a schema apart. */
export const tagOf = (schema: unknown): string => {
  const inner = bare(schema);
  return inner instanceof z.ZodDiscriminatedUnion ? inner.def.discriminator : 'name';
};

/** A value of a configuration that has no parts. */
export interface Leaf {
  readonly path: string;
  /** Without what only says how it may be absent. */
  readonly schema: unknown;
  readonly told: Setting | undefined;
}

/** Leaves of a configuration's schema, by dotted path; one that several methods or schedules have comes several times. */
export const leavesOf = (schema: unknown, prefix = ''): Leaf[] => {
  const objects = alternatives(schema);
  const choice = choiceOf(schema);
  return objects.flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([key, inner]): Leaf[] => {
      const path = prefix + key;
      if (alternatives(inner).length > 0) return leavesOf(inner, `${path}.`);
      return [{ path, schema: bare(inner), told: key === choice?.tag ? choice.told : toldOf(inner) }];
    }),
  );
};

/** What is told of a choice, with what each alternative is called; null where there is none. */
const choiceOf = (schema: unknown): { readonly tag: string; readonly told: Setting | undefined } | null => {
  if (!(bare(schema) instanceof z.ZodDiscriminatedUnion)) return null;
  const tag = tagOf(schema);
  const told = toldOf(schema);
  if (told === undefined) return { tag, told };
  const texts = alternatives(schema).flatMap(({ shape }): [string, string][] => {
    const name: unknown = shape[tag];
    const text = textOf(name);
    return name instanceof z.ZodLiteral && text !== undefined ? [[String(name.value), text]] : [];
  });
  return { tag, told: { ...told, texts: { ...Object.fromEntries(texts), ...told.texts } } };
};
