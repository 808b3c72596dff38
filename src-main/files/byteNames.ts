import { isUtf8 } from 'node:buffer';

/**
 * Names of files as text that keeps every byte, whatever encoding they were written in: what is no UTF-8 becomes one lone surrogate a byte
 * (0x80 → U+DC80), as in Python's `surrogateescape`. JSON keeps them as escapes.
 */
export const textOfName = (name: Buffer): string => {
  if (isUtf8(name)) return name.toString('utf8');
  let text = '';
  for (let at = 0; at < name.length;) {
    const length = [1, 2, 3, 4].find((count) => at + count <= name.length && isUtf8(name.subarray(at, at + count)));
    text +=
      length === undefined ? String.fromCharCode(0xdc00 + (name[at] ?? 0)) : name.toString('utf8', at, at + length);
    at += length ?? 1;
  }
  return text;
};

const loneSurrogate = /\p{Surrogate}/u;

/** A path that may have such names in it, for the functions of the file system. */
export const pathOfText = (path: string): string | Buffer =>
  !loneSurrogate.test(path)
    ? path
    : Buffer.concat(
        Array.from(path, (character) => {
          const code = character.charCodeAt(0);
          const isByte = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
          return isByte ? Buffer.of(code - 0xdc00) : Buffer.from(character);
        }),
      );

/** A name for a person's eyes, alike however its accents were written; bytes of no known encoding become "�". */
export const shownName = (text: string): string =>
  text.replace(new RegExp(loneSurrogate, 'gu'), '\uFFFD').normalize('NFC');

/** Order by code points, as Python sorts text; JavaScript's own is by UTF-16 units, which puts 😀 before ｱ. */
export const byCodePoint = (a: string, b: string): number => {
  const [first, second] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  for (;;) {
    const [one, other] = [first.next(), second.next()];
    if (one.done === true || other.done === true) return Number(other.done === true) - Number(one.done === true);
    const difference = (one.value.codePointAt(0) ?? 0) - (other.value.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
};
