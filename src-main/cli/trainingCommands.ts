import type { Command } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { collect, positive, seconds, splitConditions } from './argumentParsers.ts';
import { compare, showResults } from './commands/compare.ts';
import { init } from './commands/init.ts';
import { plan } from './commands/plan.ts';
import { presets } from './commands/presets.ts';
import { resumeRun } from './commands/resumeRun.ts';
import { runConfigFile } from './commands/runConfigFile.ts';
import { speed } from './commands/speed.ts';
import { overwriting } from './writeFile.ts';
import { atPlace, experimentCommand, noInstall, noSpeed, source, type ExperimentCommand } from './experimentCommand.ts';

interface ShowOptions {
  readonly show?: boolean;
  readonly experiment: readonly number[];
  readonly splitConditions?: boolean;
}

/** `run`, `compare`, `plan`, `speed`, `init`, `presets`: experiments, and what they begin with. */
export const addTrainingCommands: AddCommands = (program, settings, done) => {
  experimentCommand(program, 'run', 'train the runs of a file, or go on with one run from its last checkpoint')
    .option('--resume <number>', 'go on with this run instead', positive)
    .addOption(atPlace())
    .addOption(noSpeed())
    .addOption(noInstall())
    .action(async (file: string | undefined, options: ExperimentCommand & { resume?: number }, command: Command) => {
      const { resume, ...others } = options;
      if (resume !== undefined && (file !== undefined || options.preset !== undefined))
        command.error('error: give either a file or preset, or --resume with the number of a run');
      if (resume !== undefined)
        done(await resumeRun(settings(), { runId: resume, install: options.install, place: options.place }));
      else done(await runConfigFile(settings(), { ...source(file, options, command), ...others }));
    });
  experimentCommand(program, 'compare', 'train the methods of an experiment over seeds and print the results table')
    .option('--show', 'train nothing: print the table of what has been trained, also while a run trains')
    .option('--experiment <number>', 'with --show: only of this experiment; may be repeated', collect, [])
    .addOption(atPlace())
    .addOption(splitConditions())
    .addOption(noSpeed())
    .addOption(noInstall())
    .action(async (file: string | undefined, options: ExperimentCommand & ShowOptions, command: Command) => {
      const { show = false, experiment, splitConditions: isSplit = false, ...others } = options;
      if (show && (file !== undefined || options.preset !== undefined))
        command.error('error: --show trains nothing; give it --experiment instead of a file or preset');
      if (!show && experiment.length > 0) command.error('error: --experiment goes with --show');
      if (!show && isSplit) command.error('error: --split-conditions goes with --show');
      if (show) done(await showResults(settings(), experiment, isSplit));
      else done(await compare(settings(), { ...others, ...source(file, options, command) }));
    });
  experimentCommand(
    program,
    'plan',
    'say which runs an experiment has, what is done of them and how long they take',
  ).action(async (file: string | undefined, options: ExperimentCommand, command: Command) => {
    done(await plan(settings(), { ...options, ...source(file, options, command) }));
  });
  experimentCommand(program, 'speed', 'measure how fast the methods are, against each other, without training them')
    .option('--seconds <count>', 'measure for so long at most (default: 60)', seconds)
    .addOption(noInstall())
    .action(async (file: string | undefined, options: ExperimentCommand & { seconds?: number }, command: Command) => {
      done(await speed(settings(), { ...options, ...source(file, options, command) }));
    });
  program
    .command('init')
    .description('print an experiment file to begin with: JSON in which a comment explains every setting')
    .option('--preset <id>', 'begin with this preset', 'quick')
    .option('--output <file>', 'write to this file, whole or not at all, instead of stdout')
    .addOption(overwriting())
    .action(async (options: { preset: string; output?: string; overwrite?: boolean }) => {
      done(await init(settings(), options));
    });
  program
    .command('presets')
    .description('list the presets')
    .action(async () => {
      done(await presets(settings()));
    });
};
