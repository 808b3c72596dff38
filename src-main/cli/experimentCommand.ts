import { Option, type Command } from 'commander';
import { placeIds, thisMachineId } from '../../shared/places.ts';
import { collectText, positive, seeds } from './argumentParsers.ts';
import type { ExperimentOptions } from './experimentFile.ts';

export const noInstall = (): Option => new Option('--no-install', 'do not install TensorFlow if it is missing');
export const noSpeed = (): Option =>
  new Option('--no-speed', "do not measure the methods' speeds against each other before the first run");

export const atPlace = (): Option =>
  new Option('--place <place>', 'train there; how jobs are asked for: esam-lab places').choices([
    thisMachineId,
    ...placeIds,
  ]);

export interface ExperimentCommand extends ExperimentOptions {
  readonly install: boolean;
}

/** A command that works on an experiment, from a file or a preset. */
export const experimentCommand = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument('[file]', 'JSON: an experiment, a preset or the configuration of one run')
    .option('--preset <id>', 'quick, mnist, label-noise, cifar10-resnet18 … instead of a file')
    .option('--seeds <list>', 'other seeds, such as 0,1,2', seeds)
    .option('--epochs <count>', 'other epochs', positive)
    .option('--name <name>', 'name of the experiment')
    .option(
      '--set <path=value>',
      'another value of a setting, such as optimizer.rho=0.1; may be repeated',
      collectText,
      [],
    )
    .option(
      '--sweep <path=values>',
      'train with each of these values: 0.1,0.2 or 0.1:0.5:0.1 (step) or log:0.01:1:5 (points); may be repeated',
      collectText,
      [],
    );

export const source = (
  file: string | undefined,
  { preset }: ExperimentCommand,
  command: Command,
): { file: string | undefined } => {
  if ((file === undefined) === (preset === undefined)) command.error('error: give either a file or --preset');
  return { file };
};
