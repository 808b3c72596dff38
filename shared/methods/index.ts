import { z } from 'zod';
import { composed } from './composed.ts';
import { esam } from './esam.ts';
import { friendly } from './friendly.ts';
import { gsam } from './gsam.ts';
import { kSam } from './kSam.ts';
import { lookSam } from './lookSam.ts';
import type { Method, MethodLook, MethodName } from './method.ts';
import { momentumSam } from './momentumSam.ts';
import { sam } from './sam.ts';
import { samOn } from './samOn.ts';
import { setting } from '../settings/setting.ts';
import { sgd } from './sgd.ts';
import { vasso } from './vasso.ts';
import { wsam } from './wsam.ts';

/** Every method that a run can be trained with, by its configuration's name, in the order in which they are offered. */
const methods = {
  sgd,
  sam,
  esam,
  looksam: lookSam,
  friendly,
  vasso,
  gsam,
  wsam,
  'momentum-sam': momentumSam,
  'sam-on': samOn,
  'k-sam': kSam,
  composed,
};

type Methods = typeof methods;
type AnyMethod = Methods[keyof Methods];
/** The names that methods go by in tables and charts: ESAM has one for each of its parts. */
export type MethodId = { [Name in keyof Methods]: keyof Methods[Name]['names'] }[keyof Methods];

const names = Object.assign({}, ...Object.values(methods).map((method) => method.names)) as Readonly<
  Record<MethodId, MethodLook>
>;
export const methodIds = Object.keys(names) as [MethodId, ...MethodId[]];
export const lookOf = (id: MethodId): MethodLook => names[id];
export const methodNames = Object.fromEntries(methodIds.map((id) => [id, lookOf(id).label])) as Readonly<
  Record<MethodId, string>
>;

const schemas = Object.values(methods).map(({ schema }) => schema) as [AnyMethod['schema'], ...AnyMethod['schema'][]];
export const optimizerSchema = setting(z.discriminatedUnion('name', schemas), {
  label: 'method',
  help: 'How a step gets from gradients to new parameters.',
  texts: methodNames,
});
export type OptimizerConfig = z.infer<typeof optimizerSchema>;
export type ConfigOf<Name extends OptimizerConfig['name']> = Extract<OptimizerConfig, { name: Name }>;

/** What is known of a configuration's method; a method's functions take no other's configurations. */
export const methodOfConfig = ({
  name,
}: OptimizerConfig): Omit<Method<OptimizerConfig, MethodId>, 'defaults' | 'names'> => methods[name];

/**
 * A new arm that goes by a name. What both it and another one know and begin with alike it takes from that one: ρ, for example, is
 * another distance where a method begins with another ρ. It shares no object with that one.
 */
export const newArm = (id: MethodId, like: OptimizerConfig | null): OptimizerConfig => {
  for (const method of Object.values<Begun>(methods)) {
    const named = method.names[id];
    if (named === undefined) continue;
    const taken = like === null ? {} : takenFrom(like, methods[like.name].defaults, method.defaults);
    return { ...copyOf(method.defaults), ...taken, ...named.settings };
  }
  throw new Error(`No method goes by the name ${id}.`);
};

interface Begun {
  readonly defaults: OptimizerConfig;
  readonly names: Readonly<Record<string, MethodName<object>>>;
}

const takenFrom = (like: object, itsDefaults: object, defaults: object): Record<string, unknown> => {
  const [theirs, ours] = [itsDefaults, defaults].map((from) => new Map<string, unknown>(Object.entries(from)));
  const isAlike = (key: string): boolean =>
    ours?.has(key) === true && JSON.stringify(theirs?.get(key)) === JSON.stringify(ours.get(key));
  return Object.fromEntries(
    Object.entries<unknown>({ ...like })
      .filter(([key]) => key !== 'name' && isAlike(key))
      .map(([key, value]) => [key, ownValue(value)]),
  );
};

const ownValue = (value: unknown): unknown => (typeof value === 'object' && value !== null ? { ...value } : value);

/** The same arm, sharing no object with it. */
export const copyOf = <T extends OptimizerConfig>(arm: T): T =>
  Object.fromEntries(Object.entries(arm).map(([key, value]) => [key, ownValue(value)])) as T;
