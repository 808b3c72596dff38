import { Command, CommanderError, Option } from 'commander';
import { analysisIds } from '../../shared/analyses/index.ts';
import { datasetKinds } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import { inFileWords } from '../files/fileFailures.ts';
import { measuredEngines, type MeasuredEngine } from '../../shared/engines.ts';
import { selfTestSteps } from '../../shared/selfTest.ts';
import { methodIds } from '../../shared/method.ts';
import { runStates } from '../../shared/run.ts';
import {
  commaSeparated,
  collect,
  collectRuns,
  collectText,
  portNumber,
  positive,
  selfTestStepCount,
  seconds,
  share,
  valueRange,
  wholeNumber,
  splitConditions,
} from './argumentParsers.ts';
import { addOutputCommands } from './outputCommands.ts';
import { addBundleCommands } from './bundleCommands.ts';
import { addCheckpointCommand } from './checkpointCommand.ts';
import { analyse, listAnalyses, resumeAnalyses } from './commands/analyse.ts';
import type { AnalyseOptions } from './commands/analyse.ts';
import { annotate } from './commands/annotate.ts';
import type { AnnotateOptions } from './commands/annotate.ts';
import { backup, restore } from './commands/backup.ts';
import { compare, showResults } from './commands/compare.ts';
import { device } from './commands/device.ts';
import { importData } from './commands/importData.ts';
import type { ImportDataOptions } from './commands/importData.ts';
import { init } from './commands/init.ts';
import { plan } from './commands/plan.ts';
import { presets } from './commands/presets.ts';
import { queue } from './commands/queue.ts';
import { resumeRun } from './commands/resumeRun.ts';
import { runConfigFile } from './commands/runConfigFile.ts';
import { runs } from './commands/runs.ts';
import type { RunsOptions } from './commands/runs.ts';
import { serve } from './commands/serve.ts';
import { speed } from './commands/speed.ts';
import { exitCodeOf, exitCodes, exitCodesHelp } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { atPlace, experimentCommand, noInstall, noSpeed, source, type ExperimentCommand } from './experimentCommand.ts';
import { addLogCommand } from './logCommand.ts';
import type { Locations } from './locations.ts';
import { labVersionOf, workspaceFolderOf } from './locations.ts';
import { say } from './session.ts';
import type { Settings } from './session.ts';
import { addPlaceCommands } from './placeCommands.ts';
import { addStudyCommands } from './studyCommands.ts';

interface DeviceCommand {
  readonly install?: boolean;
  readonly variant: 'auto' | 'cpu' | 'gpu';
  readonly test?: boolean;
  readonly engine?: MeasuredEngine;
  readonly steps?: number;
}

interface AnalyseCommand extends Omit<AnalyseOptions, 'kind'> {
  readonly kind?: AnalyseOptions['kind'];
  readonly resume?: boolean;
  readonly list?: boolean;
}

interface ShowOptions {
  readonly show?: boolean;
  readonly experiment: readonly number[];
  readonly splitConditions?: boolean;
}

/**
 * Runs one command line.
 * @param argv - as `process.argv`.
 * @returns the exit code; errors were said on stderr.
 */
export const run = async (argv: readonly string[], locations: Locations): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.done;
  const program = new Command('esam-lab')
    .description('Train image classifiers with SGD, SAM and ESAM and compare them.')
    .version(labVersionOf(locations))
    .option('--workspace <folder>', "the workspace (default: $ESAM_LAB_WORKSPACE, else the app's own)")
    .option('--json', 'write only JSON to stdout, one line; everything else goes to stderr')
    .addHelpText('after', exitCodesHelp)
    .exitOverride();
  const settings = (): Settings => {
    const options = program.opts<{ workspace?: string; json?: boolean }>();
    const workspaceFolder = workspaceFolderOf(options.workspace);
    return { workspaceFolder, json: options.json === true, locations, command: program.args[0] ?? '' };
  };

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
        code = await resumeRun(settings(), { runId: resume, install: options.install, place: options.place });
      else code = await runConfigFile(settings(), { ...source(file, options, command), ...others });
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
      if (show) code = await showResults(settings(), experiment, isSplit);
      else code = await compare(settings(), { ...others, ...source(file, options, command) });
    });
  experimentCommand(
    program,
    'plan',
    'say which runs an experiment has, what is done of them and how long they take',
  ).action(async (file: string | undefined, options: ExperimentCommand, command: Command) => {
    code = await plan(settings(), { ...options, ...source(file, options, command) });
  });
  experimentCommand(program, 'speed', 'measure how fast the methods are, against each other, without training them')
    .option('--seconds <count>', 'measure for so long at most (default: 60)', seconds)
    .addOption(noInstall())
    .action(async (file: string | undefined, options: ExperimentCommand & { seconds?: number }, command: Command) => {
      code = await speed(settings(), { ...options, ...source(file, options, command) });
    });
  program
    .command('init')
    .description('print an experiment file to begin with: JSON in which a comment explains every setting')
    .option('--preset <id>', 'begin with this preset', 'quick')
    .action(async ({ preset }: { preset: string }) => {
      code = await init(settings(), preset);
    });
  program
    .command('presets')
    .description('list the presets')
    .action(async () => {
      code = await presets(settings());
    });
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
      code = await runs(settings(), query.join(' '), options);
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
      code = await annotate(settings(), runNumbers, options);
    });
  program
    .command('analyse')
    .description('analyse the newest checkpoint of runs, all with the same images and directions; prints the rows')
    .argument('[run...]', 'numbers of runs', collectRuns)
    .addOption(new Option('--kind <kind>', 'what').choices(analysisIds))
    .option('--list', 'analyse nothing: list what has been, of these runs or of all')
    .option('--resume', 'go on with those that ended without all of their rows: of these runs, or of all')
    .option(
      '--set <name=value>',
      'another value of a setting, such as points=31 or split=test; may be repeated',
      collectText,
      [],
    )
    .addOption(noInstall())
    .action(async (runNumbers: number[] | undefined, options: AnalyseCommand, command: Command) => {
      const { kind, resume = false, list = false, ...others } = options;
      const runs = runNumbers ?? [];
      if (resume && (kind !== undefined || others.set.length > 0))
        command.error('error: --resume goes on with what was asked for before; it takes no --kind and no --set');
      if (list && (resume || kind !== undefined || others.set.length > 0))
        command.error('error: --list analyses nothing; it takes no --kind, no --set and no --resume');
      if (list) code = await listAnalyses(settings(), runs);
      else if (resume) code = await resumeAnalyses(settings(), runs, others.install);
      else if (kind === undefined || runs.length === 0)
        command.error('error: give the numbers of runs and --kind, or --resume');
      else code = await analyse(settings(), runs, { ...others, kind });
    });
  program
    .command('queue')
    .description('list the runs that run or wait')
    .option('--run', 'train them')
    .option('--resume', 'put interrupted runs back into it, and train them all')
    .addOption(noInstall())
    .action(async ({ run = false, resume = false, install }: { run?: boolean; resume?: boolean; install: boolean }) => {
      code = await queue(settings(), { train: run || resume, resume, install });
    });
  addOutputCommands(program, settings, (ended) => (code = ended));
  addBundleCommands(program, settings, (ended) => (code = ended));
  addCheckpointCommand(program, settings, (ended) => (code = ended));
  addLogCommand(program, settings, (ended) => (code = ended));
  addPlaceCommands(program, settings, (ended) => (code = ended));
  addStudyCommands(program, settings, (ended) => (code = ended));
  program
    .command('import-data')
    .description(
      'import a data set: a folder of images by class, with train and val folders or none; IDX files; CIFAR-10 or CIFAR-100 in any version; SVHN; arrays of numpy; plain, in zip or in tar',
    )
    .argument('<path...>')
    .addOption(new Option('--kind <kind>', 'insist on a kind').choices(datasetKinds).default('auto'))
    .option('--name <name>', 'its name in the library')
    .option(
      '--skip-damaged',
      'leave out images of a folder that cannot be decoded, and count them, instead of refusing it',
    )
    .option('--test-share <share>', 'where nothing is for testing: this share of each class is, such as 0.2', share)
    .option('--split-seed <seed>', 'draws which ones, with --test-share', wholeNumber, 0)
    .option('--range <black..white>', 'of arrays of numbers that are no bytes, such as 0..1 or -1..1', valueRange)
    .action(
      async (
        paths: string[],
        options: Omit<ImportDataOptions, 'paths' | 'skipDamaged'> & { readonly skipDamaged?: boolean },
      ) => {
        code = await importData(settings(), { paths, ...options, skipDamaged: options.skipDamaged === true });
      },
    );
  program
    .command('backup')
    .description(
      "copy the workspace's database now; the lab does so every day in which something changed, and keeps the last seven",
    )
    .option('--list', 'list the copies, newest first')
    .action(async ({ list = false }: { list?: boolean }) => {
      code = await backup(settings(), { list });
    });
  program
    .command('restore')
    .description("put a backup in the database's place; the present files are kept in a folder beside it")
    .argument('[backup]', 'its name (default: the newest whole one)')
    .action(async (name: string | undefined) => {
      code = await restore(settings(), name ?? null);
    });
  program
    .command('device')
    .description('say what this machine can train with, and how fast')
    .option('--install', 'install TensorFlow')
    .addOption(new Option('--variant <variant>', 'which TensorFlow').choices(['auto', 'cpu', 'gpu']).default('auto'))
    .option('--test', 'measure the engines: speed, and gradients against the reference; about a minute')
    .addOption(new Option('--engine <engine>', 'test this one only').choices(measuredEngines))
    .option(
      '--steps <count>',
      `test with so many timed steps of each network instead of ${selfTestSteps}`,
      selfTestStepCount,
    )
    .action(async (options: DeviceCommand) => {
      const { install = false, variant, test = false, engine, steps } = options;
      code = await device(settings(), {
        install,
        variant,
        test: test || engine !== undefined || steps !== undefined ? { engine, steps } : null,
      });
    });
  program
    .command('serve')
    .description('give the window of the lab to a browser of this machine, until Ctrl-C')
    .option('--port <number>', 'listen on this port of 127.0.0.1 (default: any that is free)', portNumber, 0)
    .option('--open', "open the address in the desktop's browser")
    .action(async ({ port, open = false }: { port: number; open?: boolean }) => {
      code = await serve(settings(), { port, open });
    });

  try {
    await program.parseAsync(argv);
    return code;
  } catch (caught) {
    const error = inFileWords(caught);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage; // it has said why
    if (error instanceof LabError) {
      say(error.message);
      if (error.code.startsWith('WORKSPACE_')) say(`The workspace: ${settings().workspaceFolder}`);
      return exitCodeOf(error.code);
    }
    say(`An error in ESAM Lab itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exitCodes.failed;
  }
};
