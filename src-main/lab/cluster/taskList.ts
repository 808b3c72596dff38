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
      return Array.from(
        { length: Math.floor((Number(to ?? from) - first) / by) + 1 },
        (_, index) => first + by * index,
      );
    });
