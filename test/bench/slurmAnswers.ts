import { taskList } from '../../src-main/lab/cluster/taskList.ts';

/** A task as Slurm sees it. */
export interface SeenTask {
  readonly state: string;
  readonly reason: string | null;
  readonly node: string | null;
}

/** An array of tasks; those that Slurm has forgotten are missing. */
export interface SeenArray {
  readonly id: string;
  readonly name: string;
  readonly tasks: ReadonlyMap<number, SeenTask>;
}

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What a real one was heard to say where it does not follow from its tasks. */
export interface Heard {
  readonly version: string;
  readonly config: string;
  /** To a question for an array alone that it does not know. */
  readonly unknownJob: Answer;
  /** To an array that has more tasks than it takes. */
  readonly tooManyTasks: Answer;
  /** Why a task waits. */
  readonly waitingReasons: { readonly partitionDown: string; readonly busy: string };
  readonly endedReason: string | null;
  readonly cancelledReason: string | null;
}

const option = (args: readonly string[], name: string): string | null =>
  args.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;

/** Tasks that wait, for the same reason, share a line. */
const linesOf = ({ id, name, tasks }: SeenArray): Record<'F' | 'K' | 'T' | 'r' | 'N' | 'j', string>[] => {
  const line = (numbers: string, { state, reason, node }: SeenTask) => ({
    ...{ F: id, K: numbers, T: state, r: reason ?? 'None', N: node ?? '', j: name },
  });
  const waiting = [...tasks].filter(([, { state }]) => state === 'PENDING');
  const [first] = waiting;
  const others = [...tasks].filter(([, { state }]) => state !== 'PENDING');
  return [
    ...(first === undefined ? [] : [line(taskList(waiting.map(([task]) => task)), first[1])]),
    ...others.map(([task, seen]) => line(String(task), seen)),
  ];
};

/** squeue with the options that the lab gives it. */
export const squeue = (
  arrays: readonly SeenArray[],
  args: readonly string[],
  { unknownJob }: Pick<Heard, 'unknownJob'>,
): Answer => {
  const wanted = option(args, 'jobs')?.split(',') ?? null;
  const name = option(args, 'name');
  const known = arrays.filter((each) => each.tasks.size > 0);
  if (wanted?.length === 1 && !known.some(({ id }) => id === wanted[0])) return unknownJob;
  const shown = known.filter((each) => (wanted?.includes(each.id) ?? true) && (name === null || each.name === name));
  const format = option(args, 'format') ?? '';
  const lines = shown
    .flatMap(linesOf)
    .map((fields) => format.replaceAll(/%([FKTrNj])/g, (_, field: keyof typeof fields) => fields[field]));
  return { stdout: lines.map((line) => `${line}\n`).join(''), stderr: '', code: 0 };
};
