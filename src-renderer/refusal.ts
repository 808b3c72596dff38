import { LabError, type FieldError, type LabErrorCode } from '../shared/errors.ts';

export type { FieldError };

/** What the lab answered instead of doing what was asked. */
export class Refusal extends LabError {
  constructor(code: LabErrorCode, message: string, fields: readonly FieldError[] = []) {
    super(code, message, { fields });
  }
}
