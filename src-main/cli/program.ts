import { Command, CommanderError } from 'commander';
import { LabError } from '../../shared/errors.ts';
import { inFileWords } from '../files/fileFailures.ts';
import { terminalText } from '../../shared/terminalText.ts';
import type { AddCommands } from './addCommands.ts';
import { addAnalyseCommand } from './analyseCommand.ts';
import { addBundleCommands } from './bundleCommands.ts';
import { addCheckpointCommand } from './checkpointCommand.ts';
import { exitCodeOf, exitCodes, exitCodesHelp } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import type { Locations } from './locations.ts';
import { labVersionOf, workspaceFolderOf } from './locations.ts';
import { addLogCommand } from './logCommand.ts';
import { addMachineCommands } from './machineCommands.ts';
import { addOutputCommands } from './outputCommands.ts';
import { addPlaceCommands } from './placeCommands.ts';
import { addRunsCommands } from './runsCommands.ts';
import { say } from './session.ts';
import type { Settings } from './session.ts';
import { addStudyCommands } from './studyCommands.ts';
import { addTrainingCommands } from './trainingCommands.ts';
import { addWorkspaceCommands } from './workspaceCommands.ts';

export { locate } from './locations.ts';

/** In the order of `--help`. */
const commands: readonly AddCommands[] = [
  ...[addTrainingCommands, addRunsCommands, addAnalyseCommand, addOutputCommands, addBundleCommands],
  ...[addCheckpointCommand, addLogCommand, addPlaceCommands, addStudyCommands],
  ...[addWorkspaceCommands, addMachineCommands],
];

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
    // It repeats arguments that it does not understand.
    .configureOutput({ writeErr: (text) => void process.stderr.write(terminalText(text)) })
    .exitOverride();
  const settings = (): Settings => {
    const options = program.opts<{ workspace?: string; json?: boolean }>();
    const workspaceFolder = workspaceFolderOf(options.workspace);
    return { workspaceFolder, json: options.json === true, locations, command: program.args[0] ?? '' };
  };

  for (const add of commands) add(program, settings, (ended) => (code = ended));

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
