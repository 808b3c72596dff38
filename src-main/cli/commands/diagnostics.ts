import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

/** `diagnostics`: what *Copy diagnostics* in the window copies. */
export const diagnostics = async (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const { text } = await lab.diagnostics({});
    await print(settings.json ? JSON.stringify({ text }) : text);
    return exitCodes.done;
  });
