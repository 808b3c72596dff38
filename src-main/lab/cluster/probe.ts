import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaceTested, SlurmSettings } from '../../../shared/places.ts';
import { readRegular } from '../../files/readRegular.ts';
import { jobFolderNames, taskFolderOf } from './jobFolder.ts';
import type { Site } from './site.ts';
import { isOver } from './jobStates.ts';
import type { SlurmCommands, TaskSight } from './slurm.ts';
import { acknowledge } from './submissionFolders.ts';
import { newSubmission, probeScript, writeScript } from './submission.ts';

export interface ProbeParts {
  readonly commands: SlurmCommands;
  readonly settings: SlurmSettings;
  readonly site: Site;
  readonly readEveryMs: number;
  /** Between two questions to the cluster. */
  readonly askEveryMs: number;
  /** It is cancelled when it has not begun by then. */
  readonly limitMs: number;
}

const said = (path: string): string => {
  try {
    return readRegular(path).toString('utf8');
  } catch {
    return '';
  }
};
/** What is asked for so short a time begins where a long job would wait. */
const brief = { timeLimit: '1' } as const;
const ends = /^exit code (\d+)$/m;

/** Has the cluster run a job that trains nothing and tells what it finds there. @throws LabError PLACE_* */
export const probePlace = async (parts: ProbeParts): Promise<PlaceTested> => {
  const { commands, settings, site, readEveryMs, askEveryMs, limitMs } = parts;
  const start = performance.now();
  const program = await site.program();
  const submission = newSubmission(site.folder());
  const output = join(taskFolderOf(submission, 0), jobFolderNames.output);
  mkdirSync(taskFolderOf(submission, 0), { recursive: true });
  const there = (path: string): string => site.there(path);
  const script = probeScript(settings, there(submission), program);
  const order = writeScript(submission, script, 1, {
    settings: { ...settings, ...brief },
    program,
    there,
    after: null,
  });
  await site.send([submission]);
  const jobId = await commands.submit({ ...order, isWarned: false });
  const done = async (): Promise<void> => {
    acknowledge(submission, [0]);
    await site.send([join(submission, jobFolderNames.collected)]);
  };
  const seconds = (): number => Math.round((performance.now() - start) / 1000);
  const look = async (): Promise<TaskSight | undefined> => (await commands.sights([jobId])).get(`${jobId}_0`);
  let askedAt = performance.now();
  /** How often Slurm said that it is over; shared disks show files late. */
  let overFor = 0;
  while (performance.now() - start < limitMs && overFor < 2) {
    await new Promise((resolve) => setTimeout(resolve, readEveryMs));
    await site.fetch([submission]);
    const text = said(output);
    const [, code] = ends.exec(text) ?? [];
    if (code === undefined) {
      if (performance.now() - askedAt < askEveryMs) continue;
      askedAt = performance.now();
      const seen = await look();
      overFor = seen === undefined || isOver(seen.state) ? overFor + 1 : 0;
      continue;
    }
    await done();
    return { works: code === '0', seconds: seconds(), said: text.replace(ends, '').trim() };
  }
  const seen = await look();
  await commands.cancel([{ id: jobId, name: order.name }]);
  await done();
  const state = seen === undefined ? 'Slurm no longer knows it' : `${seen.state} ${seen.reason ?? ''}`.trim();
  const why = `The job ${jobId} told nothing in ${seconds()} seconds (${state})${overFor > 0 ? '' : ', and was cancelled'}. Its folder: ${submission}`;
  return { works: false, seconds: seconds(), said: `${why}\n${said(output)}`.trim() };
};
