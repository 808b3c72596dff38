import fc from 'fast-check';
import { expect, test } from 'vitest';
import { terminalText } from '../../shared/terminalText.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { cli, newWorkspace } from './spawnCli.ts';

test('no control character but line ends and tabs reaches a terminal, and everything else does as it is', () => {
  const anything = fc.string({
    unit: fc.oneof(fc.nat(0x2fff), fc.constantFrom(0x1b, 0x9b, 0x07, 0x202e)).map((code) => String.fromCodePoint(code)),
  });
  fc.assert(
    fc.property(anything, (text) => {
      const shown = terminalText(text);
      const codes = Array.from(shown.replaceAll('\r\n', '\n'), (character) => character.codePointAt(0) ?? 0);
      const isControl = (code: number): boolean =>
        (code < 0x20 && code !== 9 && code !== 10) || (code >= 0x7f && code < 0xa0);
      expect(codes.filter(isControl)).toEqual([]);
      expect(terminalText(shown)).toBe(shown);
    }),
  );
  expect(terminalText('SAM, ρ = 0,05\r\n\tβ “quoted” 图像')).toBe('SAM, ρ = 0,05\r\n\tβ “quoted” 图像');
  expect(terminalText('a\u001b]0;title\u0007\u009b2Jb\r\u202ec')).toBe('a\\x1b]0;title\\x07\\x9b2Jb\\x0d\\u202ec');
});

test('a data set’s name that drives terminals is refused, and said written out', async () => {
  const name = 'small\u001b]0;owned\u0007\u001b[2J';
  const imported = await cli(await newWorkspace(), ['import-data', await folderWith(smallIdx()), '--name', name]);
  expect(imported).toMatchObject({ code: 2, stdout: '' });
  expect(imported.stderr).toContain('small\\x1b]0;owned\\x07\\x1b[2J');
  expect(imported.stderr).toContain('Expected one line');
  expect(imported.stdout + imported.stderr).not.toMatch(/\u001b/);
});
