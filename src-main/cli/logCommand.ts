import type { Command } from 'commander';
import { runNumber } from './argumentParsers.ts';
import { log } from './commands/log.ts';
import type { LogOptions } from './commands/log.ts';
import type { ExitCode } from './exitCodes.ts';
import type { Settings } from './session.ts';

/** `log`: what was said about a run. @param done - is told the exit code. */
export const addLogCommand = (program: Command, settings: () => Settings, done: (code: ExitCode) => void): void => {
  program
    .command('log')
    .description('print the last lines of what was said about a run, while it trains too')
    .argument('<run>', 'its number', runNumber)
    .option('--search <words>', 'only lines with these words')
    .option('--all', 'from the first line on')
    .action(async (runId: number, options: LogOptions) => {
      done(await log(settings(), runId, options));
    });
};
