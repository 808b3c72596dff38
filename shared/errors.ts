/** Everything a user can act on. Anything else that goes wrong is a bug and stays a plain `Error`. */
export const labErrorCodes = [
  'CONFIG_INVALID',
  'MESSAGE_INVALID',
  'TOO_MANY',
  'RUN_NOT_FOUND',
  'RUN_NOT_UNDERSTOOD',
  'RUN_STATE',
  'EXPERIMENT_NOT_FOUND',
  'DATASET_NOT_FOUND',
  'DATASET_CORRUPT',
  'DATASET_UNSUPPORTED',
  'CHECKPOINT_DAMAGED',
  'CHECKPOINT_UNREADABLE',
  'PATH_NOT_GRANTED',
  'ENGINE_MISSING',
  'ENGINE_BROKEN',
  'INSTALL_BUSY',
  'INSTALL_CANCELLED',
  'INSTALL_NO_NETWORK',
  'INSTALL_NO_PIP',
  'INSTALL_NO_COMPILER',
  'INSTALL_NO_SPACE',
  'INSTALL_CHECKSUM',
  'INSTALL_UNSUPPORTED',
  'INSTALL_FAILED',
  'CANCELLED',
  'DEVICE_BUSY',
  'OUT_OF_MEMORY',
  'TRAINER_LOST',
  'PLACE_UNAVAILABLE',
  'PLACE_REFUSED',
  'PLACE_NOT_CONFIRMED',
  'WORKSPACE_BUSY',
  'WORKSPACE_DAMAGED',
  'WORKSPACE_FOREIGN',
  'WORKSPACE_NEWER',
  'WORKSPACE_UNWRITABLE',
  'RUNTIME_TOO_OLD',
  'BACKUP_NOT_FOUND',
  'EXPORT_EMPTY',
  'EXPORT_TOO_LARGE',
  'BUNDLE_REFUSED',
  'INTERNAL',
] as const;

export type LabErrorCode = (typeof labErrorCodes)[number];

export interface FieldError {
  /** Dotted path in the request, e.g. "arms.1.rho". */
  readonly path: string;
  readonly message: string;
}

/** An error with a code; its message says what was found, what was expected and what to do. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;
  /** The fields of the request that are wrong, where it is they. */
  readonly fields: readonly FieldError[];

  constructor(
    code: LabErrorCode,
    message: string,
    { fields = [], ...options }: ErrorOptions & { fields?: readonly FieldError[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.fields = fields;
  }
}
