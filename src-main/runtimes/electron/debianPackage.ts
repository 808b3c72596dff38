import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { bundleExtension, bundleMediaType } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { runCommand } from '../command.ts';

export interface PackageParts {
  /** What electron-builder has unpacked; its name within the archive. */
  readonly unpacked: string;
  /** Folder for the packages. */
  readonly output: string;
  /** Packed with a stand-in: to be tried, not to be given away; the names say so. */
  readonly isStandIn: boolean;
  /** Of gzip: 1 is fast, 9 small; of an AppImage 0 is none. Default 6. */
  readonly level?: number;
}

const home = '/opt/esam-lab';

/** What starts the app from a menu, and opens bundles with it. */
export const desktopEntry = (program: string): string => `[Desktop Entry]
Type=Application
Name=ESAM Lab
Comment=Train image classifiers with SGD, SAM and ESAM, and compare them
Exec=${program} %f
Icon=esam-lab
Terminal=false
Categories=Science;
MimeType=${bundleMediaType};
StartupWMClass=ESAM Lab
`;

const mimeType = `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="${bundleMediaType}">
    <comment>ESAM Lab runs</comment>
    <sub-class-of type="application/zip"/>
    <glob pattern="*.${bundleExtension}"/>
  </mime-type>
</mime-info>
`;

/** Menus and file types are read anew. What users have made (workspaces, settings, caches) is theirs: no script goes near it. */
const refresh = `#!/bin/sh
set -e
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q || true; fi
`;

const control = (version: string, installedKilobytes: number): string => `Package: esam-lab
Version: ${version}
Section: science
Priority: optional
Architecture: ${process.arch === 'x64' ? 'amd64' : process.arch}
Maintainer: The ESAM Lab authors <maintainers@esam-lab.invalid>
Installed-Size: ${installedKilobytes}
Depends: libgtk-3-0 | libgtk-3-0t64, libnss3, libasound2 | libasound2t64, libgbm1, libatspi2.0-0 | libatspi2.0-0t64, libsecret-1-0
Description: Train image classifiers with SGD, SAM and ESAM, and compare them
 Live speed and accuracy, paired comparisons over seeds, loss landscapes,
 and the tables and figures of the paper.
`;

const called = async (program: string, parameters: readonly string[]): Promise<string> => {
  const { code, missing, stdout, stderr } = await runCommand(program, parameters);
  if (code === 0) return stdout;
  const what = missing ? 'it is not installed' : stderr.trim();
  throw new LabError('INSTALL_FAILED', `The package could not be made with ${program}: ${what}`);
};

const versionOf = async (): Promise<string> =>
  (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version;

/** What the files are called, without their endings. */
export const packageName = async (isStandIn: boolean): Promise<string> =>
  `esam-lab_${await versionOf()}_${process.arch === 'x64' ? 'amd64' : process.arch}${isStandIn ? '_stand-in' : ''}`;

/**
 * Makes a .deb with dpkg-deb and a .tar.gz with tar of an unpacked package.
 * @returns their paths.
 * @throws LabError INSTALL_FAILED
 */
export const makeDebianPackage = async ({
  unpacked,
  output,
  isStandIn,
  level = 6,
}: PackageParts): Promise<string[]> => {
  const name = await packageName(isStandIn);
  const staging = await mkdtemp(join(tmpdir(), 'electron-staging-'));
  try {
    const root = join(staging, 'root');
    const shared = join(root, 'usr/share');
    await cp(unpacked, join(root, home), { recursive: true });
    const texts: readonly (readonly [path: string, text: string, mode: number])[] = [
      [join(shared, 'applications/esam-lab.desktop'), desktopEntry(`${home}/esam-lab`), 0o644],
      [join(shared, 'mime/packages/esam-lab.xml'), mimeType, 0o644],
      // Chromium's own sandbox for systems without user namespaces.
      [
        join(root, 'DEBIAN/postinst'),
        `${refresh}sandbox="\${DPKG_ROOT:-}${home}/chrome-sandbox"\nchown root:root "$sandbox"\nchmod 4755 "$sandbox"\n`,
        0o755,
      ],
      [join(root, 'DEBIAN/postrm'), refresh, 0o755],
    ];
    for (const [path, text, mode] of texts) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { mode });
    }
    const icons = join(shared, 'icons/hicolor/512x512/apps');
    await mkdir(icons, { recursive: true });
    await cp('resources/icon.png', join(icons, 'esam-lab.png'));
    const kilobytes = Number((await called('du', ['-sk', root])).split('\t')[0]);
    await writeFile(join(root, 'DEBIAN/control'), control(await versionOf(), kilobytes));
    const [deb, archive] = [`${name}.deb`, `${name}.tar.gz`].map((file) => resolve(output, file)) as [string, string];
    await called('dpkg-deb', ['--root-owner-group', '-Zgzip', `-z${level}`, '--build', root, deb]);
    await called('tar', ['-C', dirname(resolve(unpacked)), '-I', `gzip -${level}`, '-cf', archive, basename(unpacked)]);
    return [deb, archive];
  } finally {
    remove('staging', dirname(staging), basename(staging));
  }
};
