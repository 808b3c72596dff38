/** A kernel as the table.ts of its family describes it: its number, and each argument's place under the argument's name. */
export interface KernelTable {
  readonly kernel: number;
}

type NamesOf<Table> = Table extends unknown ? Exclude<keyof Table, 'kernel' | 'list' | 'words' | 'prototype'> : never;

/** A value for each argument: one that is missing or misspelt does not compile. A kernel with a list takes it as its last argument. */
export type ArgumentsOf<Table> = Readonly<Record<NamesOf<Table>, number>> &
  (Table extends { readonly list: number } ? { readonly list: readonly number[] } : unknown);

const known = new WeakMap<object, ReadonlyMap<string, number>>();

/** The places that a table names, those that it inherits too; read once, as kernels are called thousands of times a second. */
const placesOf = (table: object): ReadonlyMap<string, number> => {
  const before = known.get(table);
  if (before !== undefined) return before;
  const places = new Map<string, number>();
  for (const name in table) {
    const place: unknown = Reflect.get(table, name);
    if (typeof place === 'number') places.set(name, place);
  }
  known.set(table, places);
  return places;
};

/** Gives each value to `put`, with the place that the table has for its name. @throws Error where it has none. */
export const putInPlace = <Value>(
  table: object,
  values: Readonly<Record<string, Value>>,
  put: (place: number, value: Value) => void,
): void => {
  const places = placesOf(table);
  for (const name in values) {
    const place = places.get(name);
    const value = values[name];
    if (place === undefined || value === undefined) throw new Error(`The kernel's table has no place for ${name}.`);
    put(place, value);
  }
};

/** An entry of a list, as words in the order of its table. */
export const entryOf = <Table extends object>(table: Table, values: ArgumentsOf<Table>): readonly number[] => {
  const words: number[] = [];
  putInPlace<number>(table, values, (place, value) => {
    words[place] = value;
  });
  return words;
};
