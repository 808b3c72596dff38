/** Image → class; a text: what keeps a list of these images from being read; null: it is no list of them. */
export type ListAnswer = ReadonlyMap<string, string> | string | null;

/** What the column of classes is called, those of names before those of numbers. */
const labelNames = [
  ...['label', 'labels', 'class', 'classes', 'class_name', 'classname', 'class_label', 'label_name', 'category'],
  ...['category_name', 'target', 'target_name', 'species', 'breed', 'diagnosis', 'dx', 'tag', 'y', 'level', 'grade'],
  ...['class_id', 'label_id', 'category_id', 'class_index', 'target_id', 'classid'],
];

/**
 * Reads the columns of a list in which more than half of the lines name an image. The class is what the training set's classes are (Tiny-ImageNet's
 * val_annotations.txt has four numbers more), what a header calls so, the only column beside the names, or where the 1 stands among
 * columns of 0 and 1.
 * @param imageOf - the image that a cell names, if it names one.
 * @param known - classes that there are; null: what the list says makes them.
 */
export const classesIn = (
  text: string,
  imageOf: (cell: string) => string | undefined,
  known: ReadonlySet<string> | null,
): ListAnswer => {
  for (const { header, rows } of tablesOf(text, imageOf)) {
    const width = Math.max(0, ...rows.slice(0, 1000).map(({ length }) => length));
    const columns = Array.from({ length: width }, (_, column) => column);
    const imageColumn = best(columns, rows, (row, column) => imageOf(row[column] ?? '') !== undefined);
    if (imageColumn !== null) return classesOf(imageColumn, columns, { header, rows }, imageOf, known);
  }
  return null;
};

const classesOf = (
  imageColumn: number,
  columns: readonly number[],
  { header, rows }: Table,
  imageOf: (cell: string) => string | undefined,
  known: ReadonlySet<string> | null,
): ListAnswer => {
  const others = columns.filter((column) => column !== imageColumn);
  if (others.length === 0) return null;
  const classOf = classReader(others, rows, header, known);
  if (typeof classOf === 'string' || classOf === null) return classOf;
  const classes = new Map<string, string>();
  for (const row of rows) {
    const image = imageOf(row[imageColumn] ?? '');
    const name = classOf(row);
    if (image === undefined || name === '') continue;
    const before = classes.get(image);
    if (before !== undefined && before !== name)
      return `names two classes of one image (${row[imageColumn] ?? ''}: ${before} and ${name}), as lists of objects or of several labels do`;
    classes.set(image, name);
  }
  return classes.size > 0 ? classes : null;
};

export type Row = readonly string[];
interface Table {
  readonly header: Row | null;
  readonly rows: readonly Row[];
}

/** Which class a row says, or why that cannot be told. */
const classReader = (
  others: readonly number[],
  rows: readonly Row[],
  header: Row | null,
  known: ReadonlySet<string> | null,
): ((row: Row) => string) | string | null => {
  const at =
    (column: number) =>
    (row: Row): string =>
      row[column] ?? '';
  const called = labelNames.flatMap((name) =>
    others.filter((column) => header?.[column]?.toLowerCase().replace(/[\s-]+/g, '_') === name),
  );
  if (known !== null) {
    const isClass = (row: Row, column: number): boolean => known.has(row[column] ?? '');
    const column = best(called, rows, isClass) ?? best(others, rows, isClass);
    if (column !== null) return at(column);
  }
  const [named] = called;
  if (known === null && named !== undefined) return at(named);
  const possible = others.length === 1 ? others : others.filter((column) => isShared(rows, column));
  const [only] = possible;
  if (known === null && only !== undefined && possible.length === 1) return at(only);
  const titles = header === null ? [] : others.map((column) => header[column] ?? '');
  const areMarks = rows.every((row) => others.every((column) => /^[01](?:\.0*)?$/.test(row[column] ?? '')));
  if (areMarks && header !== null && others.length > 1) {
    const marked = (row: Row): number[] => others.filter((column) => Number(row[column]) === 1);
    const odd = rows.find((row) => marked(row).length !== 1);
    if (odd !== undefined)
      return `marks ${marked(odd).length} classes of one image (${odd[0] ?? ''}), expected one; sets with several labels an image cannot be trained on`;
    return (row) => header[marked(row)[0] ?? -1] ?? '';
  }
  if (known !== null) return null;
  const isText = (column: number): boolean => rows.some((row) => Number.isNaN(Number(row[column] ?? '')));
  const texts = possible.filter(isText);
  const [text] = texts;
  if (header === null && text !== undefined && texts.length === 1) return at(text);
  return `has ${others.length} columns beside the images’ names${titles.length === 0 ? '' : ` (${titles.slice(0, 8).join(', ')}${titles.length > 8 ? ' …' : ''})`}, and which of them is the class cannot be told`;
};

/** Whether some images have the same value in a column, and others another, as classes do and numbers of lines do not. */
const isShared = (rows: readonly Row[], column: number): boolean => {
  const values = new Set(rows.map((row) => row[column] ?? ''));
  return values.size > 1 && values.size < rows.length;
};

/** The column that more than half of the rows speak for. */
const best = (
  columns: readonly number[],
  rows: readonly Row[],
  holds: (row: Row, column: number) => boolean,
): number | null => {
  const [first] = columns
    .map((column) => ({ column, share: rows.filter((row) => holds(row, column)).length / rows.length }))
    .sort((a, b) => b.share - a.share);
  return first !== undefined && first.share > 0.5 ? first.column : null;
};

/** Rows of cells, and the first apart where it names no image: the columns' names. Once for each way in which lines may be cut into cells. */
export function* tablesOf(text: string, imageOf: (cell: string) => string | undefined): Generator<Table> {
  const lines = text.split(/\r?\n|\r/).filter((line) => line.trim() !== '');
  const objects = lines[0]?.startsWith('{') === true ? objectsIn(lines) : null;
  if (objects !== null) {
    const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
    yield { header: keys, rows: objects.map((object) => keys.map((key) => textOf(object[key]))) };
    return;
  }
  for (const [first, ...rest] of cellsOf(lines)) {
    if (first === undefined) continue;
    const isHeader = first.every((each) => imageOf(each) === undefined) && first.length > 1;
    yield isHeader ? { header: first, rows: rest } : { header: null, rows: [first, ...rest] };
  }
}

/** A JSON object a line, as Hugging Face's metadata.jsonl; null where they are none. */
const objectsIn = (lines: readonly string[]): Readonly<Record<string, unknown>>[] | null => {
  try {
    return lines.map((line): Readonly<Record<string, unknown>> => {
      const object: unknown = JSON.parse(line);
      if (typeof object !== 'object' || object === null) throw new Error('no object');
      return { ...object };
    });
  } catch {
    return null;
  }
};

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim().normalize('NFC') : '';

/**
 * The cells of lines: between tabs, commas or semicolons (quotes as in CSV), or between blanks; then a name may have blanks itself, and is
 * the rest of its line.
 */
function* cellsOf(lines: readonly string[]): Generator<Row[]> {
  const separators = ['\t', ',', ';'].filter(
    (each) => lines.filter((line) => line.includes(each)).length > 0.5 * lines.length,
  );
  for (const separator of separators) yield lines.map((line) => quotedCells(line, separator));
  const rows = lines.map((line) => line.trim().normalize('NFC').split(/\s+/));
  const isTable = rows.every(({ length }) => length === rows[0]?.length);
  yield isTable ? rows : rows.map(([first = '', ...rest]) => [first, rest.join(' ')]);
}

const quotedCells = (line: string, separator: string): string[] => {
  const cells = line.match(new RegExp(`(?<=^|${separator})(?:"(?:[^"]|"")*"|[^${separator}]*)`, 'g')) ?? [];
  return cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .normalize('NFC'),
  );
};
