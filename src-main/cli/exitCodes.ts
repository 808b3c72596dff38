import type { LabErrorCode } from '../../shared/errors.ts';

/** What the command's exit code says to a script; listed in --help. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  engine: 3,
  workspace: 4,
  dataset: 5,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `
Exit codes:
  0    done
  1    a run failed, diverged or was lost, or an unexpected error
  2    wrong usage or configuration
  3    TensorFlow is missing or broken, or its installation failed
  4    the workspace is in use, damaged, newer or cannot be written
  5    a data set is missing, damaged or of an unknown kind
  130  interrupted (Ctrl-C): the current run was stopped cleanly
  143  terminated in the same way, or its terminal was closed`;

export const exitCodeOf = (code: LabErrorCode): ExitCode => {
  if (code === 'INSTALL_CANCELLED' || code === 'CANCELLED') return exitCodes.interrupted;
  if (code.startsWith('INSTALL_') || code.startsWith('ENGINE_')) return exitCodes.engine;
  if (code.startsWith('WORKSPACE_') || code === 'BACKUP_NOT_FOUND') return exitCodes.workspace;
  if (code.startsWith('DATASET_')) return exitCodes.dataset;
  const isUsage = [
    'CONFIG_INVALID',
    'RUN_NOT_FOUND',
    'EXPERIMENT_NOT_FOUND',
    'RUNTIME_TOO_OLD',
    'PATH_NOT_GRANTED',
    'BUNDLE_REFUSED',
  ];
  return isUsage.includes(code) ? exitCodes.usage : exitCodes.failed;
};
