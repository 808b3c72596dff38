import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tensorflowBinding } from '../tensorflow.ts';

const openEngine = new URL('../../../src-main/trainer/engine/tensorflowOps.ts', import.meta.url).href;

/** What an engine says in a process that was started with this setting, and whether TensorFlow's log says that oneDNN is on. */
const inProcess = async (setting: '0' | '1'): Promise<{ found: string; isLogged: boolean }> => {
  const script = `const { tensorflowOps } = await import(${JSON.stringify(openEngine)});
    console.log(String(tensorflowOps(process.argv[1], { ownKernels: true }).oneDnn));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script, await tensorflowBinding()],
    { encoding: 'utf8', env: { ...process.env, TF_ENABLE_ONEDNN_OPTS: setting, TF_CPP_MIN_LOG_LEVEL: '0' } },
  );
  return { found: stdout.trim(), isLogged: stderr.includes('oneDNN custom operations are on') };
};

test.each(['0', '1'] as const)(
  'with TF_ENABLE_ONEDNN_OPTS=%s the engine finds what TensorFlow logs',
  async (setting) => {
    const { found, isLogged } = await inProcess(setting);
    expect(found).toBe(String(isLogged));
    if (setting === '0') expect(found).toBe('false');
  },
);
