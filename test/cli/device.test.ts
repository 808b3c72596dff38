import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { DeviceStatus } from '../../shared/device.ts';
import { selfTest } from '../../src-main/cli/selfTest.ts';
import { nodeTrainers } from '../../src-main/lab/trainers.ts';
import { openTestLab, temporaryFolder } from '../lab/fixtures/labs.ts';
import { cli, newWorkspace } from './spawnCli.ts';

/** A PATH on which an NVIDIA driver answers after a while. */
const pathWithSlowDriver = async (seconds: number): Promise<string> => {
  const programs = temporaryFolder();
  const file = join(programs, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\nsleep ${seconds}\necho "NVIDIA H100 PCIe, 81559"\n`);
  await chmod(file, 0o755);
  return `${programs}${delimiter}${process.env['PATH'] ?? ''}`;
};

test('device measures the engine that was asked for, and names the GPU', async () => {
  const args = ['device', '--engine', 'wasm', '--steps', '1', '--json'];
  const { code, stdout, stderr } = await cli(await newWorkspace(), args, { PATH: await pathWithSlowDriver(0) });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('wasm, float32: Training ResNet-8');
  const { gpu, selfTests, selfTesting } = JSON.parse(stdout) as DeviceStatus;
  expect({ gpu, selfTesting }).toEqual({ gpu: 'NVIDIA H100 PCIe', selfTesting: null });
  expect(selfTests).toMatchObject([{ engine: 'wasm', precision: 'float32', steps: 1 }]);
});

// No status is told before the driver has answered.
test('a self-test that is over before anything was told of it is not waited for', async () => {
  vi.stubEnv('PATH', await pathWithSlowDriver(4));
  const { lab, events } = await openTestLab(undefined, { launcher: nodeTrainers('/nowhere.ts') });
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await selfTest(lab, { engine: 'wasm' })).toBe(true);
  expect(said.mock.calls.join('\n')).toMatch(/wasm, float32: The self-test was cut short/);
  said.mockRestore();
  vi.unstubAllEnvs();
  expect(events.some((event) => event.type === 'deviceChanged' && event.status.selfTesting !== null)).toBe(false);
});
