import { defineConfig } from 'vitest/config';

/** Real runtimes are slow to load: long limits. Two cores are soon busy, and a third worker computes while others wait for a process. */
const limits = {
  ...{ testTimeout: 120_000, hookTimeout: 300_000, maxWorkers: 3 },
  expect: { poll: { timeout: 30_000 } },
};

/** What is tested by calling functions alone: files that leave nothing behind share what they have loaded. */
const plain = ['test/{shared,renderer}/**/*.test.ts', 'test/lab/{statistics,export,figures}/**/*.test.ts'];

const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY']);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...limits,
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/page/**', 'test/app/**', 'test/web/browser/**', ...plain],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...limits,
          name: 'plain',
          environment: 'node',
          include: plain,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...limits,
          name: 'page',
          environment: 'node',
          include: ['test/page/**/*.test.ts'],
          globalSetup: ['test/app/build.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Windows of one display take each other's focus.
        test: {
          ...limits,
          name: 'app',
          environment: 'node',
          include: ['test/app/**/*.test.ts', 'test/web/browser/**/*.test.ts'],
          globalSetup: ['test/app/build.ts'],
          ...(hasDisplay
            ? { maxWorkers: 1, sequence: { groupOrder: 1 } }
            : { setupFiles: ['test/app/ownDisplay.ts'], sequence: { groupOrder: 0 } }),
        },
      },
    ],
  },
});
