import { Option } from 'commander';
import type { Command } from 'commander';
import { datasetKinds } from '../../shared/dataset.ts';
import type { AddCommands } from './addCommands.ts';
import { newName, share, valueRange, wholeNumber } from './argumentParsers.ts';
import { downloadData, importData } from './commands/importData.ts';
import type { ImportDataOptions } from './commands/importData.ts';

/** `import-data`, `backup`, `restore`: what a workspace holds. */
export const addWorkspaceCommands: AddCommands = (program, settings, done) => {
  program
    .command('import-data')
    .description(
      'import a data set: a folder of images by class, with train and val folders or none; IDX files; CIFAR-10 or CIFAR-100 in any version; SVHN; arrays of numpy; Parquet tables of images; plain, in zip or in tar',
    )
    .argument('[path...]')
    .option('--download <set>', 'get a known set from its publisher, such as cifar10: goes on where it was cut short')
    .addOption(new Option('--kind <kind>', 'insist on a kind').choices(datasetKinds).default('auto'))
    .option('--name <name>', 'its name in the library', newName)
    .option(
      '--skip-damaged',
      'leave out images of a folder that cannot be decoded, and count them, instead of refusing it',
    )
    .option('--test-share <share>', 'where nothing is for testing: this share of each class is, such as 0.2', share)
    .option('--split-seed <seed>', 'draws which ones, with --test-share', wholeNumber, 0)
    .option(
      '--range <black..white>',
      'of numbers that are no bytes, in arrays or images of 16 bits, such as 0..1 or 0..4095',
      valueRange,
    )
    .action(
      async (
        paths: string[],
        options: Omit<ImportDataOptions, 'paths' | 'skipDamaged'> & {
          readonly skipDamaged?: boolean;
          readonly download?: string;
        },
        command: Command,
      ) => {
        const { download, skipDamaged = false, ...rest } = options;
        if ((paths.length === 0) === (download === undefined))
          command.error('error: expected either the paths of a data set, or --download and the name of a known one');
        done(
          await (download === undefined
            ? importData(settings(), { paths, ...rest, skipDamaged })
            : downloadData(settings(), download)),
        );
      },
    );
  program
    .command('backup')
    .description(
      "copy the workspace's database now; the lab does so every day in which something changed, and keeps the last seven",
    )
    .option('--list', 'list the copies, newest first')
    .action(async ({ list = false }: { list?: boolean }) => {
      const { backup } = await import('./commands/backup.ts');
      done(await backup(settings(), { list }));
    });
  program
    .command('restore')
    .description("put a backup in the database's place; the present files are kept in a folder beside it")
    .argument('[backup]', 'its name (default: the newest whole one)')
    .action(async (name: string | undefined) => {
      const { restore } = await import('./commands/backup.ts');
      done(await restore(settings(), name ?? null));
    });
};
