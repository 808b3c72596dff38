import { Argument } from 'commander';
import type { AddCommands } from './addCommands.ts';
import { placeIds, slurmSettingsSchema } from '../../shared/places.ts';
import type { PlaceId } from '../../shared/places.ts';
import { confirmPlace, listPlaces, setPlace, testPlace } from './commands/places.ts';

/** `places`: where runs can be sent. @param done - is told the exit code. */
export const addPlaceCommands: AddCommands = (program, settings, done) => {
  const place = (): Argument => new Argument('<place>', 'which').choices(placeIds);
  const places = program
    .command('places')
    .description('list where runs can be sent with --place, and how jobs are asked for there')
    .action(async () => done(await listPlaces(settings())));
  places
    .command('set')
    .description('change how jobs are asked for')
    .addArgument(place())
    .argument(
      '<name=value...>',
      `one of ${Object.keys(slurmSettingsSchema.shape).join(', ')}; nothing after = takes it back`,
    )
    .action(async (id: PlaceId, changes: string[]) => done(await setPlace(settings(), id, changes)));
  places
    .command('confirm')
    .description('show what a shell runs there where the workspace came from elsewhere, and allow it')
    .addArgument(place())
    .option('--yes', 'it is as you want it')
    .action(async (id: PlaceId, { yes }: { yes?: true }) => done(await confirmPlace(settings(), id, yes === true)));
  places
    .command('test')
    .description('send a job that tells what it finds there')
    .addArgument(place())
    .action(async (id: PlaceId) => done(await testPlace(settings(), id)));
};
