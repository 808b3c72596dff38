/**
 * Copies plain data with null in the place of every NaN and infinite number.
 * @returns the copy, and the dotted paths of what was replaced.
 */
export const replaceNonFinite = (data: unknown): { data: unknown; paths: readonly string[] } => {
  const paths: string[] = [];
  const copy = (value: unknown, path: string): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      paths.push(path);
      return null;
    }
    if (Array.isArray(value)) return value.map((item: unknown, index) => copy(item, `${path}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, `${path}.${key}`)]));
  };
  return { data: copy(data, ''), paths };
};
