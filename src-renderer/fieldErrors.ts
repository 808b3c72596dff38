import { z } from 'zod';
import { experimentSchema, type Experiment } from '../shared/experiment.ts';
import { sentenceCase } from '../shared/sentenceCase.ts';
import type { FieldError } from './refusal.ts';

/** What is wrong with a field, in words, after its label ("must be more than 0"). */
const words = (issue: z.core.$ZodRawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int') return 'must be a whole number';
      return issue.expected === 'number' ? 'must be a number' : undefined;
    case 'too_small':
      if (issue.origin !== 'number' && issue.origin !== 'int') return undefined;
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${String(issue.minimum)}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${String(issue.maximum)} characters`;
      if (issue.origin === 'array') return `must be at most ${String(issue.maximum)}`;
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${String(issue.maximum)}`;
    default:
      return undefined;
  }
};

/** A field's error as a sentence: most read on from the label, the others stand by themselves. */
export const errorSentence = (label: string, message: string): string =>
  message.startsWith('must ') ? `${label} ${message}` : sentenceCase(message);

export type CheckedExperiment =
  | { readonly experiment: Experiment; readonly errors: readonly [] }
  | { readonly experiment: null; readonly errors: readonly FieldError[] };

/** What a schema finds wrong with a form's draft: dotted paths, one error a field; or the value that it gives. */
export const checkDraft = <T>(
  schema: z.ZodType<T>,
  draft: unknown,
): { readonly value: T; readonly errors: readonly [] } | { readonly value: null; readonly errors: FieldError[] } => {
  const parsed = schema.safeParse(draft, { error: words });
  if (parsed.success) return { value: parsed.data, errors: [] };
  const byPath = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const path = issue.path.join('.');
    if (!byPath.has(path)) byPath.set(path, issue.message);
  }
  return { value: null, errors: [...byPath].map(([path, message]) => ({ path, message })) };
};

/** Parses the form's draft; errors carry dotted paths, one per field. */
export const checkExperiment = (draft: unknown): CheckedExperiment => {
  const { value, errors } = checkDraft(experimentSchema, draft);
  return value === null ? { experiment: null, errors } : { experiment: value, errors: [] };
};
