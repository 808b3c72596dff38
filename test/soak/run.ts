import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

/**
 * `npm run soak -- --minutes 120`: the long form, two kills a minute. Half of the time only trainers are killed, in one and the same lab;
 * then anything. The numbers of two of ten seeds are then compared with undisturbed runs, which takes a fifth of the time again.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '120' } } });
const minutes = Number(values.minutes);
const killsOfEach = Math.max(1, Math.round(minutes));
const began = performance.now();
const problems = await soak({
  ...{ seeds: 10, comparedSeeds: 2 },
  ...{ trainerKills: killsOfEach, labKills: killsOfEach, longestMs: 50_000, partMs: 30_000 * minutes },
  onRound: (text) => console.log(`${((performance.now() - began) / 60_000).toFixed(1)} min: ${text}`),
});
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'Nothing was lost, nothing grew, nothing was left.' : `${problems.length} problems.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
