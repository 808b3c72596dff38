import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    fc.constantFrom(undefined, null, NaN, Infinity, -Infinity, -0, true, false),
    fc.double(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('$', 'value', '__proto__'), fc.string()), tie('value'), { maxKeys: 4 }),
  ),
})).value;

// Structured clone is what the window of the app speaks: text must say the same.
test('what structured clone carries of plain data comes through as text', () => {
  fc.assert(
    fc.property(plain, (message) => {
      expect(decodeMessage(encodeMessage(message))).toStrictEqual(structuredClone(message));
    }),
  );
});

test('what is no plain data is refused, not changed', () => {
  for (const message of [new Uint8Array(2), new Date(0), new Map(), 1n, () => 1]) {
    expect(() => encodeMessage({ message })).toThrow(TypeError);
  }
  for (const text of ['{"$":"nothing"}', '{"$":1}', '{"$":"object"}', '']) {
    expect(() => decodeMessage(text)).toThrow(SyntaxError);
  }
});
