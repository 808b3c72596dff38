import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findGpu, readGpu } from '../../src-main/runtimes/tensorflow/gpu.ts';

test.for([
  [
    'NVIDIA H100 PCIe, 81559\nNVIDIA H100 PCIe, 81559\n',
    { name: 'NVIDIA H100 PCIe', memoryBytes: 81559 * 1024 * 1024 },
  ],
  ['Tegra, Orin, [N/A]\n', { name: 'Tegra, Orin', memoryBytes: null }],
  ['', null],
] as const)('what nvidia-smi says of its first GPU: %j', ([text, gpu]) => {
  expect(readGpu(text)).toEqual(gpu);
});

// A script stands in for the driver's program, one that hangs as it does when the driver is stuck.
test.skipIf(process.platform === 'win32')(
  'an nvidia-smi that hangs costs two seconds, and there is no GPU then',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esam-gpu-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'nvidia-smi'), '#!/bin/sh\ntrap "" TERM INT\nsleep 1000\n');
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const from = performance.now();
    expect(await findGpu()).toBeNull();
    const seconds = (performance.now() - from) / 1000;
    expect(seconds).toBeGreaterThan(1.9);
    expect(seconds).toBeLessThan(10); // a busy machine
  },
);
