import { LabError } from '../../../shared/errors.ts';
import { type CommandResult, runCommand } from '../command.ts';

/** Loads the binding, then a module with kernels, which registers them with TensorFlow. */
const kernelsScript = `
require(process.argv[1]);
require(process.argv[2]);
console.log('ESAM');
`;

/** Adds (1, 2) and (3, 4) with TensorFlow and prints what it is. */
const script = `
const binding = require(process.argv[1]);
const vector = (values) => binding.createTensor([2], binding.TF_FLOAT, Float32Array.from(values));
const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
const [sum] = binding.executeOp('AddV2', [type], [vector([1, 2]), vector([3, 4])], 1);
const result = Array.from(binding.tensorDataSync(sum.id));
console.log('ESAM ' + JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice(), result }));
`;

/** A Node to try the binding in; null in a packaged app, where the first trainer is the trial. */
const node = (): string | null =>
  process.env['ESAM_LAB_NODE'] ?? ('electron' in process.versions ? null : process.execPath);

/** Runs a script in a process of its own: what it loads may crash it. */
const tryOut = (program: string, code: string, files: readonly string[], signal: AbortSignal): Promise<CommandResult> =>
  runCommand(program, ['--eval', code, '--', ...files], {
    signal,
    timeoutMs: 180_000,
    environment: { TF_CPP_MIN_LOG_LEVEL: '2', ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });

const howItEnded = ({ timedOut, code }: CommandResult): string =>
  timedOut ? 'did not answer within 3 minutes' : `ended with code ${code ?? 'none (it crashed)'}`;

/**
 * Loads a binding and runs one op.
 * @returns TensorFlow's version, null where there is no Node to try it in.
 * @throws LabError INSTALL_FAILED
 */
export const checkBinding = async (bindingPath: string, signal: AbortSignal): Promise<string | null> => {
  const program = node();
  if (program === null) return null;
  const result = await tryOut(program, script, [bindingPath], signal);
  const line = result.stdout.split('\n').find((text) => text.startsWith('ESAM '));
  const found = line === undefined ? null : (JSON.parse(line.slice(5)) as { version: string; result: number[] });
  if (found?.result.join() === '4,6') return found.version;
  const said = result.stderr.trim().split('\n').slice(-4).join('\n');
  throw new LabError(
    'INSTALL_FAILED',
    `TensorFlow was installed, but the trial addition with it ${found === null ? howItEnded(result) : `gave ${found.result.join()}`}. ${said}`,
  );
};

/**
 * Loads a module with kernels as a trainer does, after the binding.
 * @returns null, or why it cannot be loaded; null also where there is no Node to try it in.
 */
export const checkKernels = async (
  bindingPath: string,
  modulePath: string,
  signal: AbortSignal,
): Promise<string | null> => {
  const program = node();
  if (program === null) return null;
  const result = await tryOut(program, kernelsScript, [bindingPath, modulePath], signal);
  if (result.stdout.includes('ESAM')) return null;
  const error = result.stderr.split('\n').find((line) => /^\w*Error: /.test(line));
  return error?.trim() ?? `the process that loaded it ${howItEnded(result)}`;
};
