import type { AddCommands } from './addCommands.ts';
import { runNumber } from './argumentParsers.ts';
import { log } from './commands/log.ts';
import type { LogOptions } from './commands/log.ts';

/** `log`: what was said about a run. @param done - is told the exit code. */
export const addLogCommand: AddCommands = (program, settings, done) => {
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
