import { Option } from 'commander';
import { measuredEngines, type MeasuredEngine } from '../../shared/engines.ts';
import { selfTestSteps } from '../../shared/selfTest.ts';
import type { AddCommands } from './addCommands.ts';
import { portNumber, selfTestStepCount } from './argumentParsers.ts';
import { device } from './commands/device.ts';
import { diagnostics } from './commands/diagnostics.ts';

interface DeviceCommand {
  readonly install?: boolean;
  readonly variant: 'auto' | 'cpu' | 'gpu';
  readonly test?: boolean;
  readonly engine?: MeasuredEngine;
  readonly steps?: number;
}

/** `device`, `diagnostics`, `serve`: this machine. */
export const addMachineCommands: AddCommands = (program, settings, done) => {
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
      done(
        await device(settings(), {
          install,
          variant,
          test: test || engine !== undefined || steps !== undefined ? { engine, steps } : null,
        }),
      );
    });
  program
    .command('diagnostics')
    .description(
      'print what somebody who is to help needs to know: versions, machine, engines, the last of the log; no path or name of yours',
    )
    .action(async () => {
      done(await diagnostics(settings()));
    });
  program
    .command('serve')
    .description('give the window of the lab to a browser of this machine, until Ctrl-C')
    .option('--port <number>', 'listen on this port of 127.0.0.1 (default: any that is free)', portNumber, 0)
    .option('--open', "open the address in the desktop's browser")
    .action(async ({ port, open = false }: { port: number; open?: boolean }) => {
      const { serve } = await import('./commands/serve.ts'); // only now: no other command needs a web server
      done(await serve(settings(), { port, open }));
    });
};
