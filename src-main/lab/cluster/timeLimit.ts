/** Seconds of a time as Slurm reads it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes[:seconds]. */
export const secondsOf = (timeLimit: string): number => {
  const [, days, rest = ''] = /^(?:(\d+)-)?(.*)$/.exec(timeLimit) ?? [];
  const parts = rest.split(':').map(Number);
  const [first = 0, second = 0, third = 0] = parts;
  if (days !== undefined) return Number(days) * 86_400 + first * 3600 + second * 60 + third;
  return parts.length === 3 ? first * 3600 + second * 60 + third : first * 60 + second;
};
