import { annotationChangeSchema } from '../../../shared/annotation.ts';
import type { AnnotationChange } from '../../../shared/annotation.ts';
import { LabError } from '../../../shared/errors.ts';
import type { RunId } from '../../../shared/run.ts';
import { exitCodes } from '../exitCodes.ts';
import type { ExitCode } from '../exitCodes.ts';
import { print, withOwner } from '../session.ts';
import type { Settings } from '../session.ts';

export interface AnnotateOptions {
  readonly tag: readonly string[];
  readonly untag: readonly string[];
  readonly note?: string;
  /** False: `--no-star`. */
  readonly star?: boolean;
  readonly archive?: boolean;
}

/** `annotate`: says something of runs, by which they are found; no result depends on it. */
export const annotate = async (
  settings: Settings,
  runIds: readonly RunId[],
  options: AnnotateOptions,
): Promise<ExitCode> => {
  const change = changeOf(options);
  return withOwner(settings, async (lab) => {
    await lab.annotate({ runIds: [...runIds], change });
    const said = (await lab.annotations({})).filter(({ runId }) => runIds.includes(runId));
    const lines = said.map(({ runId, tags, starred, archived }) =>
      [`Run ${runId}:`, starred ? '★' : '', tags.join(', '), archived ? '(archived)' : ''].filter(Boolean).join(' '),
    );
    await print(settings.json ? JSON.stringify(said) : lines.join('\n') || 'Nothing is said of these runs.');
    return exitCodes.done;
  });
};

/** @throws LabError CONFIG_INVALID for a tag that is none, or where nothing is to change. */
const changeOf = ({ tag, untag, note, star, archive }: AnnotateOptions): AnnotationChange => {
  const parsed = annotationChangeSchema.safeParse({
    ...(tag.length > 0 && { addTags: tag }),
    ...(untag.length > 0 && { removeTags: untag }),
    ...(note !== undefined && { note }),
    ...(star !== undefined && { starred: star }),
    ...(archive !== undefined && { archived: archive }),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new LabError(
      'CONFIG_INVALID',
      `A tag or note is not understood: expected ${issue?.message ?? 'other words'}.`,
    );
  }
  if (Object.keys(parsed.data).length > 0) return parsed.data;
  throw new LabError('CONFIG_INVALID', 'Nothing is to change: give --tag, --untag, --note, --star or --archive.');
};
