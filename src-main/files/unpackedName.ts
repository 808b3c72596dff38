/** What files are called that an import unpacked into the library: their own names, and this. Nothing else in there is ever deleted. */
export const unpackedEnding = '.unpacked';
export const withoutEnding = (name: string): string =>
  name.endsWith(unpackedEnding) ? name.slice(0, -unpackedEnding.length) : name;
