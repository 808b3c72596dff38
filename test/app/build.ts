import { execFileSync } from 'node:child_process';

/** Builds the app once before the tests that open its window. */
export const setup = (): void => {
  execFileSync(
    process.execPath,
    ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--config', 'electron.config.ts'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
};
