import { expand } from '../../../shared/experiment.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { columns } from '../format.ts';
import { print, withView } from '../session.ts';
import type { Settings } from '../session.ts';

/** `presets`: lists them. */
export const presets = async (settings: Settings): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const all = (await lab.presets({})).map((preset) => ({ ...preset, runs: expand(preset.experiment).length }));
    const rows = all.map(({ id, title, runs }) => [id, title, String(runs)]);
    await print(settings.json ? JSON.stringify(all) : columns([['preset', 'title', 'runs'], ...rows], 2));
    return exitCodes.done;
  });
