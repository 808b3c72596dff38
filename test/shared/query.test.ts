import { expect, test } from 'vitest';
import { noAnnotation, type Annotation } from '../../shared/annotation.ts';
import { completionsOf, isHalfTyped } from '../../shared/query/complete.ts';
import { queryFields, type QuerySubject } from '../../shared/query/fields.ts';
import { nothingFound } from '../../shared/query/nothingFound.ts';
import { parseQuery } from '../../shared/query/query.ts';
import type { RunSummary } from '../../shared/run.ts';
import { expand } from '../../shared/experiment.ts';
import { esam, experimentOf, sam, sgd } from '../lab/fixtures/configs.ts';

/** Runs 1–3: SGD, SAM, ESAM with β = 0.5. */
const subjects = expand(experimentOf({ arms: [sgd, sam, { ...esam, beta: 0.5 }], seeds: [7], name: 'First look' })).map(
  (config, index): QuerySubject => ({
    run: {
      ...{ id: index + 1, experimentId: 1, experimentName: 'First look', groupHash: String(index).repeat(64), config },
      ...{ state: index === 0 ? 'stopped' : 'finished', reason: null, stopRequested: null, createdAt: '' },
      ...{ startedAt: null, endedAt: null, epochsDone: index, bestTestAccuracy: 0.9 + index / 100, bestEpoch: 1 },
      ...{ lastTestAccuracy: index === 0 ? null : 0.9, imagesPerSecond: 100 * index, activeMs: 0, checkpointBytes: 0 },
      ...{
        peakStepBytes: null,
        doubt: null,
        othersBusyCores: null,
        place: null,
        wantedPlace: null,
        job: null,
        origin: null,
      },
    } satisfies RunSummary,
    annotation:
      ([{ tags: ['paper', 'draft'] }, { starred: true }, { note: 'Looks odd' }] as Partial<Annotation>[]).map(
        (said) => ({ ...noAnnotation, ...said }),
      )[index] ?? noAnnotation,
    datasetName: 'Grey squares',
  }),
);
const found = (text: string): number[] => {
  const query = parseQuery(text);
  expect(query.problems).toEqual([]);
  return subjects.filter(query.matches).map(({ run }) => run.id);
};

test.each<[query: string, ids: number[]]>([
  ['', [1, 2, 3]],
  ['method:esam', [3]],
  ['method:ESAM,sgd', [1, 3]],
  ['method:s*', [1, 2]],
  ['-method:esam', [1, 2]],
  ['method!=esam', [1, 2]],
  ['β:0.5', [3]],
  ['beta >= 0.5', [3]],
  ['β>0.5', []],
  ['β<=50%', [3]],
  ['optimizer.beta=5e-1', [3]],
  ['rho>0', [2, 3]], // SGD has no ρ, whatever is asked of it
  ['rho≠0.9', [2, 3]],
  ['-rho>0', [1]],
  ['state:finished best>91.5', [3]],
  ['best>0.915', [3]],
  ['best≥91%', [2, 3]],
  ['last<0.95', [2, 3]],
  ['tag:paper', [1]],
  ['tag:pap', []],
  ['tag:paper,absent', [1]],
  ['-tag:draft', [2, 3]],
  ['is:starred', [2]],
  ['note:odd', [3]],
  ['data:"grey squares"', [1, 2, 3]],
  ['experiment:look seed:7', [1, 2, 3]],
  ['seed>7', []],
  ['run:2,3 speed<150', [2]],
  ['odd', [3]],
  ['"first look" stopped', [1]],
  ['"weight decay":5e-4 "Label Noise"≥0', [1, 2, 3]],
  ['labelNoise:0 label_noise<1 -"weight decay">0.1', [1, 2, 3]],
  ['"β" >= 0.5', [3]],
  ['tag:', [1, 2, 3]], // still being written
])('%s', (query, ids) => expect(found(query)).toEqual(ids));

test('what is not understood is said and left out, with what may be meant', () => {
  expect(parseQuery('sam method:, rho>').unfinished).toEqual([
    '“method:,” says nothing of what is wanted.',
    '“rho>” says nothing of what is wanted.',
  ]);
  const query = parseQuery('momentun>0.5 β>many method:esam');
  expect(query.problems).toEqual([
    'There is no “momentun” to ask for; near it is momentum.',
    'β > needs a number; “many” is none.',
  ]);
  expect(subjects.filter(query.matches).map(({ run }) => run.id)).toEqual([3]);
});

test('names and the values that runs have are completed, and what is completed is understood', () => {
  const offers = (before: string): string[] => completionsOf(before, subjects).map(({ offer }) => offer);
  expect(offers('met')).toContain('method');
  expect(offers('state:finished bet')).toContain('β');
  expect(offers('β').slice(0, 2)).toEqual(['β', 'β₂']);
  expect(offers('method:').toSorted()).toEqual(['ESAM', 'SAM', 'SGD']);
  expect(offers('tag:paper,d')).toEqual(['draft']);
  expect(completionsOf('-data:gr', subjects)[0]?.text).toBe('-data:"Grey squares" ');
  expect(completionsOf('"label no', subjects)[0]?.text).toBe('label-noise:');
  // Every field that is offered by its first letters can be asked for.
  for (const { names } of queryFields) expect(parseQuery(`${names[0] ?? ''}:0`).problems).toEqual([]);
});

test.each([
  'method:es', // of esam
  'meth',
  'tag:pap',
  'state:finished tag:dr',
  'colour:red',
  'β>',
  'β>x',
  'method:',
])('a query that is being written is known by its end: %s', (text) => {
  expect(isHalfTyped(text, subjects)).toBe(true);
});

test.each(['method:esam', 'tag:paper', 'tag:unheard', 'β>0.9', 'nothing like it', ''])(
  'a query that is whole may find nothing: %s',
  (text) => expect(isHalfTyped(text, subjects)).toBe(false),
);

test.each<[query: string, said: string[]]>([
  ['method:esm', ['No run has method:esm; there are SGD, SAM, ESAM.']],
  ['"label noise":0.4', ['No run has "label noise":0.4; there is only 0.']],
  ['β>0.9 odd', ['No run has β>0.9; there is only 0.5.']],
  ['best>95', ['No run has best>95; there are 90%, 91%, 92%.']],
  ['gsam', ['Nothing that is said of a run has “gsam” in it; near it are SAM, ESAM.']],
  ['momentun', ['Nothing that is said of a run has “momentun” in it; near it is momentum:.']],
  ['σ:1', ['No run has σ:1: none has a value for σ.']],
  ['-seed:7', ['-seed:7 leaves out every run.']],
  ['method:sgd tag:draft note:odd', ['Each part finds runs, but none has all of them.']],
  ['method:esam', []],
])('a query that finds nothing says why: %s', (text, said) =>
  expect(nothingFound(parseQuery(text), subjects)).toEqual(said),
);

test('what is put away is said to be found there', () => {
  const away = subjects.map((subject, index) => ({
    ...subject,
    annotation: { ...subject.annotation, archived: index === 0 },
    isTrashed: index === 1,
  }));
  expect(nothingFound(parseQuery('method:sgd,sam'), away)).toEqual([
    'In the archive it finds 1 run: add is:archived.',
    'In the trash it finds 1 run: add is:trashed.',
  ]);
});
