import { z } from 'zod';
import { esam } from './esam.ts';
import type { Method, MethodLook } from './method.ts';
import { sam } from './sam.ts';
import { sgd } from './sgd.ts';

/** Every method that a run can be trained with, by its configuration's name. */
const methods = { sgd, sam, esam };
export const optimizerSchema = z.discriminatedUnion('name', [sgd.schema, sam.schema, esam.schema]);
export type OptimizerConfig = z.infer<typeof optimizerSchema>;

type Methods = typeof methods;
/** The names that methods go by in tables and charts: ESAM has one for each of its parts. */
export type MethodId = { [Name in keyof Methods]: keyof Methods[Name]['names'] }[keyof Methods];

const names: Readonly<Record<MethodId, MethodLook>> = { ...sgd.names, ...sam.names, ...esam.names };
export const methodIds = Object.keys(names) as [MethodId, ...MethodId[]];
export const lookOf = (id: MethodId): MethodLook => names[id];

/** What is known of a configuration's method; a method's functions take no other's configurations. */
export const methodOfConfig = ({
  name,
}: OptimizerConfig): Pick<Method<OptimizerConfig, MethodId>, 'nameOf' | 'phaseUnits' | 'mostPhaseUnits'> =>
  methods[name];

/** A new arm that goes by a name: in whatever both know like another one, else as the method begins. */
export const newArm = (id: MethodId, like: OptimizerConfig | null): OptimizerConfig => {
  for (const method of Object.values(methods)) {
    const arm = startOf<OptimizerConfig>(method, id, like ?? {});
    if (arm !== null) return arm;
  }
  throw new Error(`No method goes by the name ${id}.`);
};

/** Null where the method does not go by that name. */
const startOf = <Config extends OptimizerConfig>(
  { defaults, names: own }: Pick<Method<Config, string>, 'defaults' | 'names'>,
  id: string,
  like: object,
): Config | null => {
  const shared = Object.entries<unknown>({ ...like }).filter(([key]) => key !== 'name' && key in defaults);
  const named = own[id];
  return named === undefined ? null : { ...defaults, ...Object.fromEntries(shared), ...named.settings };
};
