import { Option } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { checkpointKeepingSchema } from '../../shared/checkpointKeeping.ts';
import { checkpoints } from './commands/checkpoints.ts';
import type { CheckpointsOptions } from './commands/checkpoints.ts';

/** `checkpoints`: the room that they take. @param done - is told the exit code. */
export const addCheckpointCommand: AddCommands = (program, settings, done) => {
  program
    .command('checkpoints')
    .description('say how much room checkpoints take, choose which of them finished runs keep, remove the others')
    .addOption(
      new Option('--keep <which>', 'have runs keep these once they finish').choices(checkpointKeepingSchema.options),
    )
    .option('--prune', 'remove for good what finished runs have beyond that')
    .action(async (options: CheckpointsOptions) => {
      done(await checkpoints(settings(), options));
    });
};
