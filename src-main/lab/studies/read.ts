import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { studySchema } from '../../../shared/studies/study.ts';
import type { Study } from '../../../shared/studies/study.ts';

const order = ['table', 'figure', 'grid'];
const rank = ({ id }: Study): number => order.indexOf(id.split('-')[0] ?? '') * 100 + Number(/\d+$/.exec(id)?.[0] ?? 0);

/** The paper's items, one a file (*.json): tables first, then figures. @throws if a file is no study. */
export const readStudies = (folder: string): Study[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => studySchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
    .sort((a, b) => rank(a) - rank(b));

/** @throws LabError CONFIG_INVALID that names the studies there are. */
export const studyOf = (folder: string, id: string): Study => {
  const all = readStudies(folder);
  const found = all.find((study) => study.id === id);
  if (found !== undefined) return found;
  const ids = all.map((study) => study.id).join(', ');
  throw new LabError('CONFIG_INVALID', `There is no study "${id}"; choose one of ${ids}.`);
};
