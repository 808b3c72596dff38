import { z } from 'zod';
import type { NamedNumbers } from './file.ts';

/** Of a file of format 1, what format 2 says otherwise. */
const headerSchema = z.looseObject({ format: z.literal('ESAM Lab checkpoint 1'), optimizer: z.unknown() });

interface CheckpointContent {
  readonly header: unknown;
  readonly tensors: readonly NamedNumbers[];
}

/**
 * A checkpoint in the words of format 2. Format 1 knew one base rule, SGD, whose tensors were `velocities/…`, and listed what ESAM
 * keeps whatever the method was.
 */
export const inFormatTwo = (file: CheckpointContent): CheckpointContent => {
  const parsed = headerSchema.safeParse(file.header);
  if (!parsed.success) return file;
  return {
    header: {
      ...parsed.data,
      format: 'ESAM Lab checkpoint 2',
      optimizer: { rule: null, ascent: parsed.data.optimizer },
    },
    tensors: file.tensors.map((tensor) => ({
      ...tensor,
      name: tensor.name.replace(/^velocities\//, 'rule/velocity/'),
    })),
  };
};
