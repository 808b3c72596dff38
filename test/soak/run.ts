import { parseArgs } from 'node:util';
import { soak } from './soak.ts';

/** `npm run soak -- --minutes 120`: the long form, two kills a minute, then the same queue undisturbed, which takes about as long. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '120' } } });
const kills = Math.max(1, Math.round(2 * Number(values.minutes)));
const began = performance.now();
const problems = await soak({
  seeds: 10,
  epochs: 50 * kills,
  kills,
  longestMs: 50_000,
  onRound: (text) => {
    const { rss } = process.memoryUsage();
    console.log(
      `${((performance.now() - began) / 60_000).toFixed(1)} min: ${text}; own memory ${(rss / 1e6).toFixed(0)} MB`,
    );
  },
});
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `${kills} kills: nothing was lost.` : `${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;
