/**
 * Text of any origin as a terminal, or whoever confirms it in a dialog, may get it: control characters, with which a name could move the cursor, change the title or paste
 * into the shell, are written out ("\x1b"), and so are the marks that turn the reading direction. Line ends (\r\n, too) and tabs stay.
 */
export const terminalText = (text: string): string =>
  text.replace(/(?!\r?\n|\t)[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
