import type { Command } from 'commander';
import type { ExitCode } from './exitCodes.ts';
import type { Settings } from './session.ts';

/** Adds commands of one kind to the command line. @param done - is told the exit code. */
export type AddCommands = (program: Command, settings: () => Settings, done: (code: ExitCode) => void) => void;
