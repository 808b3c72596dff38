import { commentedExperiment } from '../../../shared/commentedExperiment.ts';
import type { ExitCode } from '../exitCodes.ts';
import { exitCodes } from '../exitCodes.ts';
import { readExperiment } from '../experimentFile.ts';
import { print, say, withView } from '../session.ts';
import type { Settings } from '../session.ts';
import { writeNamed } from '../writeFile.ts';

interface InitOptions {
  readonly preset: string;
  readonly output?: string;
  readonly overwrite?: boolean;
}

/** `init`: prints or writes a preset as an experiment file with a comment at every setting, for `compare`, `run` and `plan`. */
export const init = async (settings: Settings, { preset, output, ...rest }: InitOptions): Promise<ExitCode> =>
  withView(settings, async (lab) => {
    const experiment = await readExperiment(lab, { preset, set: [], sweep: [] });
    if (output === undefined) {
      await print(settings.json ? JSON.stringify(experiment) : commentedExperiment(experiment).trimEnd());
      return exitCodes.done;
    }
    await writeNamed([{ file: output, content: Buffer.from(commentedExperiment(experiment)) }], rest);
    if (settings.json) await print(JSON.stringify({ file: output }));
    else say(`Wrote ${output}.`);
    return exitCodes.done;
  });
