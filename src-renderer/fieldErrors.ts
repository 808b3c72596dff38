import type { z } from 'zod';
import { newExperimentSchema, type Experiment } from '../shared/experiment.ts';
import { fieldWords, readsOn } from '../shared/fieldWords.ts';
import { sentenceCase } from '../shared/sentenceCase.ts';
import type { FieldError } from './refusal.ts';

/** A field's error as a sentence: most read on from the label, the others stand by themselves. */
export const errorSentence = (label: string, message: string): string =>
  readsOn(message) ? `${label} ${message}` : sentenceCase(message);

export type CheckedExperiment =
  | { readonly experiment: Experiment; readonly errors: readonly [] }
  | { readonly experiment: null; readonly errors: readonly FieldError[] };

/** What a schema finds wrong with a form's draft: dotted paths, one error a field; or the value that it gives. */
export const checkDraft = <T>(
  schema: z.ZodType<T>,
  draft: unknown,
): { readonly value: T; readonly errors: readonly [] } | { readonly value: null; readonly errors: FieldError[] } => {
  const parsed = schema.safeParse(draft, { error: fieldWords });
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
  const { value, errors } = checkDraft(newExperimentSchema, draft);
  return value === null ? { experiment: null, errors } : { experiment: value, errors: [] };
};
