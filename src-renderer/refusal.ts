import { LabError, type LabErrorCode } from '../shared/errors.ts';

export interface FieldError {
  /** Dotted path in the request, e.g. "arms.1.rho". */
  readonly path: string;
  readonly message: string;
}

/** What the lab answered instead of doing what was asked. */
export class Refusal extends LabError {
  readonly fields: readonly FieldError[];

  constructor(code: LabErrorCode, message: string, fields: readonly FieldError[] = []) {
    super(code, message);
    this.fields = fields;
  }
}
