import { LabError } from '../../../shared/errors.ts';
import { studySchema } from '../../../shared/studies/study.ts';
import type { Study } from '../../../shared/studies/study.ts';
import { readResourceFiles } from '../resourceFiles.ts';
import type { FoundFiles } from '../resourceFiles.ts';

const order = ['table', 'figure', 'grid'];
const rank = ({ id, source }: Study): number =>
  source === null ? order.indexOf(id.split('-')[0] ?? '') * 100 + Number(/\d+$/.exec(id)?.[0] ?? 0) : 10_000;

/** The paper's items: tables first, then figures; those of other papers last. */
export const readStudies = (folder: string): FoundFiles<Study> => {
  const { found, problems } = readResourceFiles(folder, studySchema, { one: 'study', all: "paper's studies" });
  return { found: found.toSorted((a, b) => rank(a) - rank(b)), problems };
};

/** @throws LabError CONFIG_INVALID that names the studies there are, and what is wrong with others. */
export const studyOf = (folder: string, id: string): Study => {
  const { found, problems } = readStudies(folder);
  const study = found.find((each) => each.id === id);
  if (study !== undefined) return study;
  const ids = found.map((each) => each.id).join(', ');
  const choice = ids === '' ? '' : `; choose one of ${ids}`;
  throw new LabError('CONFIG_INVALID', [`There is no study "${id}"${choice}.`, ...problems].join(' '));
};
