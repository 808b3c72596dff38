import { z } from 'zod';
import { runIdSchema } from './run.ts';

export const tagSchema = z
  .string()
  .trim()
  .regex(/^[^\s,:"<>=]{1,40}$/u, 'one word of at most 40 characters, without comma, colon, quotation mark, <, > or =');

/** What the user says of a run. It influences no result. */
export const annotationSchema = z.strictObject({
  /** In the order of the alphabet. */
  tags: z.array(tagSchema).max(20),
  /** Markdown. */
  note: z.string().max(20_000),
  starred: z.boolean(),
  /** Left out of the list of runs until it is asked for. */
  archived: z.boolean(),
});
export type Annotation = z.infer<typeof annotationSchema>;

export const runAnnotationSchema = annotationSchema.extend({ runId: runIdSchema });
export type RunAnnotation = z.infer<typeof runAnnotationSchema>;

/** What is to change; what is absent stays. */
export const annotationChangeSchema = z.strictObject({
  addTags: z.array(tagSchema).max(20).optional(),
  removeTags: z.array(tagSchema).max(20).optional(),
  note: annotationSchema.shape.note.optional(),
  starred: z.boolean().optional(),
  archived: z.boolean().optional(),
});
export type AnnotationChange = z.infer<typeof annotationChangeSchema>;

/** Of a run of which nothing was said. */
export const noAnnotation: Annotation = { tags: [], note: '', starred: false, archived: false };

export const isAnnotated = ({ tags, note, starred, archived }: Annotation): boolean =>
  tags.length > 0 || note !== '' || starred || archived;

export const changedAnnotation = (before: Annotation, change: AnnotationChange): Annotation => {
  const { addTags = [], removeTags = [], note, starred, archived } = change;
  const tags = [...new Set([...before.tags, ...addTags])].filter((tag) => !removeTags.includes(tag)).sort();
  return {
    tags,
    note: note ?? before.note,
    starred: starred ?? before.starred,
    archived: archived ?? before.archived,
  };
};
