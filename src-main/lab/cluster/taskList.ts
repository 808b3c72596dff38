/** More tasks than Slurm lets an array have: what says so is no list of tasks. */
const mostTasks = 4_000_001;

/** The numbers in a list of tasks as Slurm writes it: "3-9%3", "1,4,7-8", "0-10:5". What is no list has none. */
export const tasksIn = (list: string): number[] =>
  list
    .replace(/%\d+$/, '')
    .split(',')
    .flatMap((part) => {
      const [, from, to, step] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part.trim()) ?? [];
      if (from === undefined) return [];
      const first = Number(from);
      const by = Number(step ?? 1);
      const length = Math.floor((Number(to ?? from) - first) / by) + 1;
      return length > 0 && length <= mostTasks ? Array.from({ length }, (_, index) => first + by * index) : [];
    });

/** Numbers of tasks as Slurm reads them: "1,4,7-9". */
export const taskList = (tasks: readonly number[]): string => {
  const ranges: [first: number, last: number][] = [];
  for (const task of [...new Set(tasks)].toSorted((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range?.[1] === task - 1) range[1] = task;
    else ranges.push([task, task]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
};
