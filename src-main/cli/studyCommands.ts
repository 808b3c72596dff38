import { Argument, Option } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { columns, figureFormats } from '../../shared/figures/figure.ts';
import type { ColumnWidth, FigureFormat } from '../../shared/figures/figure.ts';
import { modelIds } from '../../shared/runConfig.ts';
import { studyForms } from '../../shared/studies/study.ts';
import type { StudyForm } from '../../shared/studies/study.ts';
import { hours, positive } from './argumentParsers.ts';
import { drawStudy, listStudies, runStudy, showStudy } from './commands/study.ts';
import type { StudyRun } from './commands/study.ts';
import { exitCodes } from './exitCodes.ts';
import type { FigurePlace } from './figureFiles.ts';
import { overwriting } from './writeFile.ts';

/** Of the paper's deep networks. */
const paperWidth = 3000;

const form = (): Option =>
  new Option('--form <form>', 'as in the paper, or its design on other data').choices(studyForms).default('paper');
const study = (): Argument => new Argument('<study>', 'such as table-1; study list names them');

/** `study …`: the paper's tables and figures. @param done - is told the exit code. */
export const addStudyCommands: AddCommands = (program, settings, done) => {
  const group = program
    .command('study')
    .description("the paper's tables and figures: what is trained of them, and drawn");
  group
    .command('list')
    .description('list them')
    .action(async () => done(await listStudies(settings())));
  group
    .command('show')
    .description("every cell with the paper's value and ours")
    .addArgument(study())
    .addOption(form())
    .action(async (id: string, options: { form: StudyForm }) => done(await showStudy(settings(), id, options.form)));
  group
    .command('run')
    .description(
      'train what is missing: as in the paper, with --on its design on other data, fitted to --hours, or with --form small of what --on began last',
    )
    .addArgument(study())
    .addOption(form())
    .option('--on <dataset>', 'data set of the library, such as mnist')
    .addOption(new Option('--model <model>', 'network, with --on').choices(modelIds).default('resnet8'))
    .option('--hours <hours>', 'with --on: the time that it may take', hours, 1)
    .option('--width <units>', 'with --on, of Tables 4 and 5: the width of the deep networks', positive, 256)
    .option('--again', 'of Tables 4 and 5: measure also what was measured on this machine')
    .option('--no-install', 'do not install TensorFlow if it is missing')
    .action(async (id: string, options: Omit<StudyRun, 'on'> & { on?: string }) =>
      done(await runStudy(settings(), id, { ...options, on: options.on ?? null })),
    );
  group
    .command('swp-overhead')
    .description("what SWP saves of SAM's time on deep networks, with both wirings (Tables 4 and 5), and its fit")
    .option(
      '--width <units>',
      `width of the networks; ${paperWidth}, the paper's, takes tens of gigabytes`,
      positive,
      256,
    )
    .option('--on <dataset>', 'images that they look at', 'mnist')
    .option('--hours <hours>', 'the time that a wiring may take; each number of layers at most a minute', hours, 1)
    .option('--again', 'measure also what was measured on this machine')
    .option('--no-install', 'do not install TensorFlow if it is missing')
    .action(async (options: { width: number; on: string; hours: number; again?: boolean; install: boolean }) => {
      const on = options.width === paperWidth ? null : options.on;
      for (const id of ['table-4', 'table-5']) {
        const code = await runStudy(settings(), id, { ...options, on, form: 'paper', model: 'deep-mlp' });
        done(code);
        if (code !== exitCodes.done) return;
      }
    });
  group
    .command('draw')
    .description('draw the figure, and write the LaTeX that includes it and its data beside it')
    .addArgument(study())
    .addOption(form())
    .addOption(new Option('--format <format>', 'how').choices(figureFormats).default('pdf'))
    .addOption(
      new Option('--column <width>', 'one column (3.25 in) or full width (6.75 in)').choices(columns).default('double'),
    )
    .option('--folder <folder>', 'write into this folder', '.')
    .addOption(overwriting())
    .action(async (id: string, options: FigurePlace & { form: StudyForm; format: FigureFormat; column: ColumnWidth }) =>
      done(await drawStudy(settings(), id, options)),
    );
};
