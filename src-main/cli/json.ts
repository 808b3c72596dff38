import { parse, printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser';
import { LabError } from '../../shared/errors.ts';

/** No file of ours goes half as deep; the parser calls itself at every level. */
const mostLevels = 50;

/**
 * Reads JSON with comments and trailing commas that a person may have written.
 * @param file - how messages call it.
 * @throws LabError CONFIG_INVALID with the place of what is no JSON, of a key that stands twice in its braces, or that would not be a key.
 */
export const parsedJson = (json: string, file: string): unknown => {
  const refuse = (found: string, line: number, column: number, advice: string): never => {
    throw new LabError('CONFIG_INVALID', `${file} ${found} at line ${line + 1}, column ${column + 1}. ${advice}`);
  };
  /** The keys of each brace that is open; of a bracket none. */
  const open: Set<string>[] = [];
  const begin = (_offset: number, _length: number, line: number, column: number): void => {
    open.push(new Set());
    if (open.length > mostLevels)
      refuse(`is nested more than ${mostLevels} levels deep`, line, column, 'No experiment is; check the file.');
  };
  const end = (): void => void open.pop();
  visit(
    json,
    {
      onObjectBegin: begin,
      onArrayBegin: begin,
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty(key, _offset, _length, line, column) {
        // It would not become a key: JavaScript takes what it holds for inherited settings.
        if (key === '__proto__') refuse('has a key “__proto__”, which no setting has,', line, column, 'Remove it.');
        const keys = open.at(-1);
        if (keys?.has(key))
          refuse(`gives “${key}” a second time`, line, column, 'Keep one of the two; nothing says which one is meant.');
        keys?.add(key);
      },
      onError(code, offset, _length, line, column) {
        refuse(`is no JSON: ${wordsOf(code)}`, line, column, adviceFor(json.slice(0, offset + 80)));
      },
    },
    { allowTrailingComma: true },
  );
  return parse(json, [], { allowTrailingComma: true });
};

const wordsOf = (code: ParseErrorCode): string =>
  printParseErrorCode(code).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const adviceFor = (beginning: string): string =>
  /^\s*> \S+@\S+ lab\s*$/m.test(beginning)
    ? 'It begins with what npm printed; have the file written by init --output instead.'
    : 'Comments and trailing commas may stay.';
