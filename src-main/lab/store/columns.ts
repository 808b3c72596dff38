/** The column of a name of the contract. */
export const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `learning_rate AS "learningRate", …`: columns read under the contract's names. */
export const selected = (names: readonly string[]): string =>
  names.map((name) => `${columnOf(name)} AS "${name}"`).join(', ');

/** An INSERT whose parameters have the contract's names. @param replaces - a row with the same key goes. */
export const insertInto = (table: string, names: readonly string[], replaces = false): string =>
  `INSERT ${replaces ? 'OR REPLACE ' : ''}INTO ${table} (${names.map(columnOf).join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;

/** True becomes 1, false 0: SQLite has no booleans. */
export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

/** The same where the value may be unknown. */
export const flagOrNull = (value: boolean | null): 0 | 1 | null => (value === null ? null : flag(value));

/** Reads a column of such a flag. */
export const unflagged = (stored: 0 | 1 | null): boolean | null => (stored === null ? null : stored === 1);
