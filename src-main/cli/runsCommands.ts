import { Option } from 'commander';
import type { Command } from 'commander';
import { methodIds } from '../../shared/method.ts';
import { runStates } from '../../shared/run.ts';
import type { RunId } from '../../shared/run.ts';
import type { AddCommands } from './addCommands.ts';
import { collectRuns, collectText, commaSeparated, positive } from './argumentParsers.ts';
import { annotate } from './commands/annotate.ts';
import type { AnnotateOptions } from './commands/annotate.ts';
import { endRuns } from './commands/endRuns.ts';
import type { EndOptions } from './commands/endRuns.ts';
import { queue } from './commands/queue.ts';
import { runs } from './commands/runs.ts';
import type { RunsOptions } from './commands/runs.ts';
import { noInstall } from './experimentCommand.ts';

interface QueueOptions extends Pick<EndOptions, 'stop' | 'cancel' | 'requeue' | 'markFailed'> {
  readonly run?: boolean;
  readonly resume?: boolean;
  readonly start: readonly RunId[];
  readonly afterEpoch?: boolean;
  readonly install: boolean;
}

/** `runs`, `annotate`, `queue`: runs, and what is said of them. */
export const addRunsCommands: AddCommands = (program, settings, done) => {
  program
    .command('runs')
    .description('list the history, the newest first')
    .argument('[query...]', 'only what a query finds, such as "method:esam β>0.5 state:finished tag:paper"')
    .addOption(new Option('--state <state>', 'only these').choices(runStates))
    .option('--experiment <number>', 'only of this experiment', positive)
    .addOption(new Option('--method <method>', 'only of this method').choices(methodIds))
    .option('--dataset <id>', 'only on this data set')
    .option('--search <text>', 'only with this in the names of experiment, method, model or data set')
    .option('--limit <count>', 'only so many', positive)
    .option('--view <name>', 'as a view that was kept in the window: what it asks for, its columns, its order')
    .option('--sort <column>', 'by a column such as best; with a minus in front (--sort=-best) from the largest')
    .option('--columns <columns>', 'these, such as best,speed,differing,optimizer.rho', commaSeparated)
    .action(async (query: string[], options: RunsOptions) => {
      done(await runs(settings(), query.join(' '), options));
    });
  program
    .command('annotate')
    .description('say something of runs, by which "runs" and the window find them: tags, a star, a note, the archive')
    .argument('<run...>', 'numbers of runs', collectRuns)
    .option('--tag <tag>', 'one word; may be repeated', collectText, [])
    .option('--untag <tag>', 'take it away; may be repeated', collectText, [])
    .option('--note <text>', 'in Markdown; takes the place of the former one')
    .option('--star', 'mark them')
    .option('--no-star', 'take the mark away')
    .option('--archive', 'leave them out of the list of runs until they are asked for')
    .option('--no-archive', 'bring them back')
    .action(async (runNumbers: number[], options: AnnotateOptions) => {
      done(await annotate(settings(), runNumbers, options));
    });
  program
    .command('queue')
    .description('list the runs that run or wait, and the analyses')
    .option('--run', 'train them')
    .option('--resume', 'put interrupted runs back into it, and train them all')
    .option('--start <run>', 'train this one, which waits, and no other; may be repeated', collectRuns, [])
    .option('--stop <run>', 'end this run, which is under way here or on a cluster; may be repeated', collectRuns, [])
    .option('--after-epoch', 'with --stop: when its epoch is over, not at once')
    .option(
      '--cancel <run>',
      'take this waiting run out, of a cluster’s queue too; may be repeated (of analyses: analyse --cancel)',
      collectRuns,
      [],
    )
    .option(
      '--requeue <run>',
      'send this run back into a cluster’s queue: under way, it keeps a checkpoint; waiting there, it is submitted anew with the present settings of the place; may be repeated',
      collectRuns,
      [],
    )
    .option(
      '--mark-failed <run>',
      'call this run failed, which was interrupted or stopped: --resume leaves it alone; may be repeated',
      collectRuns,
      [],
    )
    .addOption(noInstall())
    .action(async (options: QueueOptions, command: Command) => {
      const { run = false, resume = false, install, stop, afterEpoch = false, cancel, requeue, markFailed } = options;
      const only = options.start.length > 0 ? options.start : null;
      const ends = [stop, cancel, requeue, markFailed].some((runs) => runs.length > 0);
      if (only !== null && (run || resume)) command.error('error: --start does not go with --run or --resume');
      if (ends && (run || resume || only !== null))
        command.error('error: --stop, --cancel, --requeue and --mark-failed do not go with --run, --resume or --start');
      if (afterEpoch && stop.length === 0) command.error('error: --after-epoch goes with --stop');
      if (ends) done(await endRuns(settings(), { stop, afterEpoch, cancel, requeue, markFailed }));
      else done(await queue(settings(), { train: run || resume || only !== null, resume, only, install }));
    });
};
