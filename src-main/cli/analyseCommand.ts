import { Option, type Command } from 'commander';
import { analysisIds } from '../../shared/analyses/index.ts';
import type { AddCommands } from './addCommands.ts';
import { collectAnalyses, collectRuns, collectText } from './argumentParsers.ts';
import { analyse, cancelAnalyses, listAnalyses, resumeAnalyses } from './commands/analyse.ts';
import type { AnalyseOptions } from './commands/analyse.ts';
import { noInstall } from './experimentCommand.ts';

interface AnalyseCommand extends Omit<AnalyseOptions, 'kind'> {
  readonly kind?: AnalyseOptions['kind'];
  readonly resume?: boolean;
  readonly list?: boolean;
  /** True: all that wait or are under way. */
  readonly cancel?: readonly number[] | true;
}

/** `analyse`: checkpoints. */
export const addAnalyseCommand: AddCommands = (program, settings, done) => {
  program
    .command('analyse')
    .description('analyse the newest checkpoint of runs, all with the same images and directions; prints the rows')
    .argument('[run...]', 'numbers of runs', collectRuns)
    .addOption(new Option('--kind <kind>', 'what').choices(analysisIds))
    .option('--list', 'analyse nothing: list what has been, of these runs or of all')
    .option('--resume', 'go on with those that ended without all of their rows: of these runs, or of all')
    .option(
      '--cancel [analysis...]',
      'cancel these, which wait or are under way, by the numbers of --list; without any, those of these runs, or all',
      collectAnalyses,
    )
    .option(
      '--set <name=value>',
      'another value of a setting, such as points=31 or split=test; may be repeated',
      collectText,
      [],
    )
    .addOption(noInstall())
    .action(async (runNumbers: number[] | undefined, options: AnalyseCommand, command: Command) => {
      const { kind, resume = false, list = false, cancel, ...others } = options;
      const ids = cancel === true ? [] : (cancel ?? []);
      const runs = runNumbers ?? [];
      if (resume && (kind !== undefined || others.set.length > 0))
        command.error('error: --resume goes on with what was asked for before; it takes no --kind and no --set');
      if (list && (resume || kind !== undefined || others.set.length > 0))
        command.error('error: --list analyses nothing; it takes no --kind, no --set and no --resume');
      if (cancel !== undefined && (list || resume || kind !== undefined || others.set.length > 0))
        command.error('error: --cancel analyses nothing; it takes no --kind, no --set, no --list and no --resume');
      if (ids.length > 0 && runs.length > 0)
        command.error('error: --cancel takes numbers of analyses or of runs, not of both');
      if (cancel !== undefined) done(await cancelAnalyses(settings(), runs, ids));
      else if (list) done(await listAnalyses(settings(), runs));
      else if (resume) done(await resumeAnalyses(settings(), runs, others.install));
      else if (kind === undefined || runs.length === 0)
        command.error('error: give the numbers of runs and --kind, or --list, --resume or --cancel');
      else done(await analyse(settings(), runs, { ...others, kind }));
    });
};
