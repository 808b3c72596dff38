import { LabError } from '../../shared/errors.ts';
import { findElectron } from './electron/index.ts';
import { checkSystem } from './electron/system.ts';
import { provideSystem, type SystemNeed } from './system/debian.ts';
import { findChromium, findMksquashfs, findXvfb } from './system/programs.ts';
import { findCompiler } from './tensorflow/compile.ts';
import { findTensorflow, installTensorflow } from './tensorflow/index.ts';
import { findPip } from './tensorflow/pip.ts';

interface Missing {
  readonly need: SystemNeed;
  readonly message: string;
}

const isThere = async (find: Promise<unknown>): Promise<boolean> => {
  try {
    await find;
    return true;
  } catch (error) {
    if (error instanceof LabError) return false;
    throw error;
  }
};

const findMissing = async (needsDisplay: boolean): Promise<Missing[]> => {
  const { signal } = new AbortController();
  const hasTensorflow = (await findTensorflow()).state === 'ready';
  const hasPip = hasTensorflow || (await isThere(findPip(signal)));
  const hasCompiler = hasTensorflow || (await isThere(findCompiler(signal)));
  const all: (Missing & { missing: boolean })[] = [
    { missing: !hasPip, need: 'pip', message: 'Python with pip is missing, by which TensorFlow is fetched.' },
    {
      missing: !hasCompiler,
      need: 'compiler',
      message: 'A C++ compiler is missing, which connects Node and TensorFlow.',
    },
    { missing: findChromium() === null, need: 'browser', message: 'Chromium is missing, in which the page is tested.' },
    {
      missing: needsDisplay && findXvfb() === null,
      need: 'display',
      message: 'Xvfb is missing: without a display, the app is tested on a virtual one.',
    },
    {
      // Elsewhere the package is started as it was unpacked.
      missing: process.env['CI'] === 'true' && findMksquashfs() === null,
      need: 'packer',
      message: 'mksquashfs is missing, by which the AppImage is made that is tested.',
    },
  ];
  return all.filter(({ missing }) => missing);
};

const provide = (missing: readonly Missing[], say: (line: string) => void): Promise<void> =>
  provideSystem(
    missing.map(({ need }) => need),
    missing.map(({ message }) => message),
    say,
  );

/** Installs TensorFlow with a line per stage and per tenth of it. */
const provideTensorflow = async (say: (line: string) => void): Promise<void> => {
  let last = '';
  const found = await installTensorflow({
    variant: 'auto',
    signal: new AbortController().signal,
    onProgress: ({ message, bytes, totalBytes }) => {
      const tenths = bytes === null || totalBytes === null ? '' : `: ${10 * Math.floor((10 * bytes) / totalBytes)}%`;
      const line = message + tenths;
      if (line !== last) say(line);
      last = line;
    },
  });
  say(`TensorFlow ${found.version} (${found.variant.toUpperCase()}) in ${found.location}`);
};

/**
 * Makes sure that everything the tests need is there: system packages, Electron, TensorFlow.
 * @param needsDisplay - whether a virtual display is wanted.
 * @throws LabError INSTALL_* that says what is missing and which command helps.
 */
export const prepare = async (needsDisplay: boolean, say: (line: string) => void): Promise<void> => {
  await provide(await findMissing(needsDisplay), say);
  const electron = await findElectron({ onProgress: say });
  const problems = await checkSystem(electron.path);
  await provide(
    problems.flatMap(({ need, message }) => (need === 'electron' ? [{ need, message }] : [])),
    say,
  );
  say(electron.notice ?? `Electron ${electron.version} in ${electron.path}`);
  if ((await findTensorflow()).state !== 'ready') await provideTensorflow(say);
};
