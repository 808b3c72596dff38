import { homedir, hostname, loadavg, freemem } from 'node:os';
import type { AppLogLine } from '../../shared/appLog.ts';
import { counted } from '../../shared/counted.ts';
import type { DatasetInfo } from '../../shared/dataset.ts';
import type { DeviceStatus } from '../../shared/device.ts';
import { bytesText, rateText } from '../../shared/numberText.ts';
import { runStates } from '../../shared/run.ts';
import type { RunSummary } from '../../shared/run.ts';

export interface DiagnosticsParts {
  readonly labVersion: string;
  readonly workspaceFolder: string;
  readonly device: DeviceStatus;
  readonly runs: readonly RunSummary[];
  readonly datasets: readonly DatasetInfo[];
  readonly log: readonly AppLogLine[];
}

/** What somebody who is to help needs to know, as text for a mail or an issue: no private path, no name that the user gave. */
export const diagnosticsText = (parts: DiagnosticsParts): string => {
  const { labVersion, device, runs, datasets, log } = parts;
  const states = runStates
    .map((state) => ({ state, count: runs.filter((run) => run.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${String(count)} ${state}`);
  const engines = device.engines.map(
    ({ id, state, version, reason, kernels, kernelsMissing }) =>
      `  ${version ?? id}: ${[state, reason, kernels, kernelsMissing].filter((text) => text !== null).join('. ')}`,
  );
  const selfTests = device.selfTests.map(
    ({ version, precision, speeds }) =>
      `  ${version}, ${precision}: ${speeds.map(({ model, imagesPerSecond }) => `${model} ${rateText(imagesPerSecond)} images/s`).join(', ')}`,
  );
  const lines = [
    `ESAM Lab ${labVersion}`,
    `Node ${device.nodeVersion}${device.electronVersion === null ? '' : `, Electron ${device.electronVersion}`}`,
    `System: ${device.platform}`,
    `Processor: ${device.cpuModel}, ${counted(device.cpuCores, 'core')}, load ${loadavg()[0]?.toFixed(1) ?? ''}`,
    `Memory: ${bytesText(device.memoryBytes)}, ${bytesText(freemem())} free`,
    `GPU: ${device.gpu ?? 'none'}`,
    'Engines:',
    ...engines,
    ...(selfTests.length === 0 ? [] : ['Self-test:', ...selfTests]),
    `Runs: ${states.join(', ') || 'none'}`,
    `Data sets: ${datasets.map(({ storage, trainCount, classNames }) => `${storage === 'files' ? 'image folder' : 'decoded'} (${String(trainCount)} images, ${String(classNames.length)} classes)`).join(', ') || 'none'}`,
    ...device.notices.map((notice) => `Notice: ${notice}`),
    'Log:',
    ...(log.length === 0 ? ['  nothing was logged'] : log.map(({ at, level, text }) => `  ${at} ${level} ${text}`)),
  ];
  return withoutPrivate(lines.join('\n'), {
    workspaceFolder: parts.workspaceFolder,
    names: datasets.map(({ name }) => name),
  });
};

/** Of these names are the app's own folders, wherever it lies. */
const ownFolders = /^.*?((?:node_modules|src-main|out\/main|shared)\/.*)$/;
const posixPath = /(?<![\w<~.:/-])\/(?:[^\s/:"'<>]+\/)+[^\s/:"'<>)]*/g;
const fileUrl = /file:\/\/\/[^\s"'<>)]+/g;
const windowsPath = /\b[A-Za-z]:\\[^\s"'<>|]+/g;

/** The text with the workspace and the home folder under other names, and of any other path only what is the app's own. */
export const withoutPrivate = (
  text: string,
  { workspaceFolder, names }: { readonly workspaceFolder: string; readonly names: readonly string[] },
  { home, host } = { home: homedir(), host: hostname() },
): string => {
  const shown = (path: string): string => ownFolders.exec(path.replaceAll('\\', '/'))?.[1] ?? '<path>';
  const literals: [string, string][] = [
    [workspaceFolder, '<workspace>'],
    ...names.map((name): [string, string] => [name, '<data set>']),
    [home, '<home>'],
    [host, '<host>'],
  ];
  const replaced = literals
    .filter(([found]) => found.length > 3)
    .reduce((now, [found, name]) => now.replaceAll(found, name), text);
  return replaced
    .replaceAll(/<(?:workspace|home)>[/\\][^\s"'<>:)]*/g, (path) =>
      path.startsWith('<workspace>') ? path : (ownFolders.exec(path.replaceAll('\\', '/'))?.[1] ?? '<home>/…'),
    )
    .replaceAll(fileUrl, shown)
    .replaceAll(posixPath, shown)
    .replaceAll(windowsPath, shown);
};
