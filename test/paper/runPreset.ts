import { mkdtempSync, readFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { presetSchema } from '../../shared/experiment.ts';
import { commandLine, madeBy, writeMarkdown } from './lab.ts';

/**
 * Trains a preset over seeds and writes its results table to resources/presets/RESULTS.md: `npm run preset -- --preset cheaper`.
 * `--sweep precision=float32,bfloat16` varies a setting besides, as in `compare`. `--workspace FOLDER --trained` writes the table of what was
 * trained there.
 */
const { values } = parseArgs({
  options: {
    preset: { type: 'string', default: 'cheaper' },
    seeds: { type: 'string', default: '0,1,2,3,4' },
    sweep: { type: 'string', multiple: true, default: [] },
    workspace: { type: 'string' },
    trained: { type: 'boolean', default: false },
    output: { type: 'string', default: 'resources/presets/RESULTS.md' },
  },
});
const folder = resolve(import.meta.dirname, '../../resources/presets');
const preset = presetSchema.parse(JSON.parse(readFileSync(join(folder, `${values.preset}.json`), 'utf8')));
const line = commandLine(resolve(values.workspace ?? mkdtempSync(join(tmpdir(), 'esam-lab-preset-'))));

const [loadBefore = 0] = loadavg();
const given = ['--preset', preset.id, '--seeds', values.seeds, ...values.sweep.flatMap((axis) => ['--sweep', axis])];
const trained = values.trained || line.run('compare', ...given) !== null;
const table = line.run('export', '--format', 'markdown');
if (!trained || table === null) throw new Error('Not all of it was trained; no table was written.');
const loads = values.trained ? null : ([loadBefore, loadavg()[0] ?? 0] as const);
const made = madeBy(line, `npm run preset -- ${given.join(' ')}`, loads);
await writeMarkdown(values.output, [`# ${preset.title}`, '', preset.description, '', made, '', table].join('\n'));
console.log(`Wrote ${values.output}.`);
