import { z } from 'zod';
import type { LabErrorCode } from './errors.ts';
import type { LabReply } from './labApi.ts';

const numberedSchema = z.object({ id: z.number().int() });

/** The refusal of any request while there is no lab to answer it; null for what carries no request's number. */
export const refusalOf = (request: unknown, code: LabErrorCode, message: string): LabReply | null => {
  const numbered = numberedSchema.safeParse(request);
  return numbered.success ? { type: 'refusal', id: numbered.data.id, code, message, fields: [] } : null;
};
