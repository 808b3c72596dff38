import { expect, test } from 'vitest';
import { experimentSchema, newExperimentSchema } from '../../shared/experiment.ts';
import { newNameSchema, oneLine } from '../../shared/oneLine.ts';
import { experimentOf } from '../lab/fixtures/configs.ts';

test.for(['new\nline', '\u0000nul', 'a\tb', '\u001b[31mred', 'a\u0085b', 'a\u2028b'])(
  '%j is no name to give, and is read where it was given',
  (name) => {
    const refused = newExperimentSchema.safeParse(experimentOf({ name }));
    const code = /[\p{Cc}\u2028]/u.exec(name)?.[0].codePointAt(0) ?? 0;
    const words = expect.stringContaining(`U+${code.toString(16).toUpperCase().padStart(4, '0')}`) as string;
    expect(refused.error?.issues).toMatchObject([{ path: ['name'], message: words }]);
    expect(newNameSchema.safeParse(name).success).toBe(false);
    expect(experimentSchema.parse(experimentOf({ name })).name).toBe(name);
  },
);

test('names in any script are names', () => {
  for (const name of ['SAM, ρ = 0,05', '图像', 'emoji 👩‍👩‍👧', 'שלום', ' trimmed '])
    expect(newNameSchema.parse(name)).toBe(name.trim());
});

test('a text of several lines is one line in a table', () => {
  expect(oneLine('first \r\n  second\tthird\u2028fourth\n')).toBe('first second third fourth ');
  expect(oneLine('as  it is')).toBe('as  it is');
});
