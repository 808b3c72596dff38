/** A kernel as the table.ts of its family describes it: its number, and each argument's place under the argument's name. */
export interface KernelTable {
  readonly kernel: number;
}

type NamesOf<Table> = Table extends unknown ? Exclude<keyof Table, 'kernel' | 'list' | 'words' | 'prototype'> : never;

/** A value for each argument: one that is missing or misspelt does not compile. A kernel with a list takes it as its last argument. */
export type ArgumentsOf<Table> = Readonly<Record<NamesOf<Table>, number>> &
  (Table extends { readonly list: number } ? { readonly list: readonly number[] } : unknown);

/** Where a table puts what it calls by a name. @throws Error where it has no such name. */
export const placeOf = (table: object, name: string): number => {
  const place: unknown = Reflect.get(table, name);
  if (typeof place !== 'number') throw new Error(`The kernel's table has no place for ${name}.`);
  return place;
};

/** An entry of a list, as words in the order of its table. */
export const entryOf = <Table extends object>(table: Table, values: ArgumentsOf<Table>): readonly number[] => {
  const words: number[] = [];
  for (const [name, value] of Object.entries<number>(values)) words[placeOf(table, name)] = value;
  return words;
};
