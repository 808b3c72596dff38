import { build, isBuildStale } from '../../src-main/runtimes/build.ts';

/** Builds the app before the tests that open its window, unless what is built is newer than all sources. */
export const setup = async (): Promise<void> => {
  if (isBuildStale(process.cwd())) await build(process.cwd());
};
