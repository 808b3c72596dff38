import { Argument, Option } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { analysisDrawings } from '../../shared/analyses/analysis.ts';
import { columns, figureFormats } from '../../shared/figures/figure.ts';
import { reportFormats } from '../../shared/report.ts';
import { accuracyChoices, curveAxes, curveMetrics, exportFormats } from '../../shared/result.ts';
import { studyForms } from '../../shared/studies/study.ts';
import { collect, columnIds, splitConditions } from './argumentParsers.ts';
import { exportResults } from './commands/exportResults.ts';
import type { ExportOptions } from './commands/exportResults.ts';
import { figure, figureNames } from './commands/figure.ts';
import type { FigureOptions } from './commands/figure.ts';
import { report } from './commands/report.ts';
import type { ReportOptions } from './commands/report.ts';
import { overwriting } from './writeFile.ts';

/** `export`, `figure` and `report`: what is taken away of results. @param done - is told the exit code. */
export const addOutputCommands: AddCommands = (program, settings, done) => {
  program
    .command('export')
    .description('write the results table')
    .addOption(new Option('--format <format>', 'how').choices([...exportFormats, 'xlsx']).makeOptionMandatory())
    .option('--output <file>', 'write to this file, whole or not at all, instead of stdout')
    .option(
      '--columns <columns>',
      'of markdown, latex, tsv and xlsx: only these columns, with commas between',
      columnIds,
    )
    .option('--siunitx', 'of latex: numbers are aligned by the package siunitx')
    .option('--spreadsheet', 'of csv: begin with a byte order mark, so that spreadsheets show β and ρ as they are')
    .option('--experiment <number>', 'only this experiment; may be repeated', collect, [])
    .addOption(splitConditions())
    .addOption(
      new Option('--accuracy <epoch>', "gains compare the last epoch's accuracy, or the best of any epoch")
        .choices(accuracyChoices)
        .default('last'),
    )
    .action(async (options: ExportOptions) => {
      done(await exportResults(settings(), options));
    });
  program
    .command('figure')
    .description('draw a figure for a paper, and write the LaTeX that includes it and its data beside it')
    .addArgument(new Argument('<figure>', 'which').choices(figureNames))
    .addOption(new Option('--format <format>', 'how').choices(figureFormats).default('pdf'))
    .addOption(
      new Option('--column <width>', 'one column (3.25 in) or full width (6.75 in)').choices(columns).default('single'),
    )
    .option('--folder <folder>', 'write into this folder', '.')
    .addOption(overwriting())
    .option('--experiment <number>', 'only this experiment; may be repeated', collect, [])
    .addOption(splitConditions())
    .addOption(
      new Option('--accuracy <epoch>', 'of speed-accuracy and sensitivity: which')
        .choices(accuracyChoices)
        .default('last'),
    )
    .addOption(new Option('--metric <metric>', 'of curves: which').choices(curveMetrics).default('testAccuracy'))
    .addOption(new Option('--axis <axis>', 'of curves: over which').choices(curveAxes).default('epoch'))
    .option(
      '--setting <path>',
      'of sensitivity: over which, such as optimizer.rho (default: the first of several values)',
    )
    .option(
      '--analysis <number>',
      'of analyses: only this one; may be repeated (default: the newest and its like)',
      collect,
      [],
    )
    .addOption(new Option('--drawing <drawing>', 'of analyses: how').choices(analysisDrawings))
    .option('--log', 'of landscapes: the logarithm of the loss')
    .action(async (name: (typeof figureNames)[number], options: FigureOptions) => {
      done(await figure(settings(), name, options));
    });
  program
    .command('report')
    .description(
      'write everything about experiments, or about an item of the paper, as one page or PDF: what was run where, tables, figures, statistics, what is missing, how to repeat it',
    )
    .option('--experiment <number>', 'only this experiment; may be repeated', collect, [])
    .option('--study <study>', 'this item of the paper instead, such as table-1')
    .addOption(
      new Option('--form <form>', 'of the study: as in the paper, or on other data')
        .choices(studyForms)
        .default('paper'),
    )
    .addOption(
      new Option('--format <format>', "how (default: what the file's name ends with, else html)").choices(
        reportFormats,
      ),
    )
    .addOption(new Option('--accuracy <epoch>', 'which gains compare').choices(accuracyChoices).default('last'))
    .option('--output <file>', 'write to this file, whole or not at all (default: a name that says what it is)')
    .addOption(overwriting())
    .action(async (options: ReportOptions) => {
      done(await report(settings(), options));
    });
};
