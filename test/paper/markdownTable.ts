/** A table in Markdown and an empty line; nothing where it has no line, and no column that says nothing. Numbers stand right. */
export const markdownTable = (header: readonly string[], lines: readonly (readonly string[])[]): string[] => {
  if (lines.length === 0) return [];
  const kept = header.map((_, column) => lines.some((line) => line[column] !== '–'));
  const isNumber = (text: string): boolean => /^[\d−–-]/.test(text);
  const rowOf = (cells: readonly string[]): string => `| ${cells.filter((_, column) => kept[column]).join(' | ')} |`;
  const sides = header.map((_, column) => (lines.every((line) => isNumber(line[column] ?? '')) ? '--:' : ':--'));
  return [rowOf(header), rowOf(sides), ...lines.map(rowOf), ''];
};
