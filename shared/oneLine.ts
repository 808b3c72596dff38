import { z } from 'zod';

/** Characters that break a line of a table, or that a store of texts does not take. */
const control = /[\p{Cc}\u2028\u2029]/u;

/** A name of up to 120 characters that somebody gives. Those of former versions are read as they are. */
export const newNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .superRefine((name, context) => {
    const message = controlIn(name);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** What is wrong with a name that holds a line break or another control character; null where it holds none. */
export const controlIn = (name: string): string | null => {
  const [found] = control.exec(name) ?? [];
  if (found === undefined) return null;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `must be one line of visible characters, and has the control character U+${code} in it; leave it out`;
};

/** A text of any origin on one line: line breaks, tabs and what else breaks lines become blanks. */
export const oneLine = (text: string): string => text.replace(/\s*[\t\n\v\f\r\u0085\u2028\u2029]\s*/g, ' ');
