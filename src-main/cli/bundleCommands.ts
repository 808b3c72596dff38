import { Option } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { collect } from './argumentParsers.ts';
import { exportBundle, importBundle } from './commands/bundle.ts';
import type { BundleExportOptions } from './commands/bundle.ts';

/** `bundle …`: runs for other labs, and from them. @param done - is told the exit code. */
export const addBundleCommands: AddCommands = (program, settings, done) => {
  const group = program
    .command('bundle')
    .description('runs with all that was measured of them, as one file (.esamlab) that another lab imports');
  group
    .command('export')
    .description('write runs that have ended; without a choice, all of them')
    .argument('<file>', 'to write, whole or not at all, such as cifar.esamlab')
    .option('--experiment <number>', 'of this experiment; may be repeated', collect, [])
    .option('--run <number>', 'this run; may be repeated', collect, [])
    .option('--checkpoints', 'with their checkpoints: for analyses elsewhere; large')
    .option('--name <name>', 'what this lab is to be called where the bundle is imported')
    .addOption(new Option('--example', 'mark the runs as an example').hideHelp())
    .action(async (file: string, options: BundleExportOptions) => done(await exportBundle(settings(), file, options)));
  group
    .command('import')
    .description('add the runs of such a file; they stay apart from those that were trained here')
    .argument('<file>')
    .action(async (file: string) => done(await importBundle(settings(), file)));
};
