import { methodOf } from '../../../shared/method.ts';
import { modelNameOf } from '../../../shared/models.ts';
import type { ResultsRow, ResultsTable } from '../../../shared/result.ts';
import type { PublishedPoint } from '../../../shared/results/published.ts';
import { canonicalJson, type GroupConfig } from '../../../shared/runConfig.ts';
import { differingPaths, settingOf } from '../../../shared/settings/index.ts';
import { publishedSpeedRatio, type Study, type StudyRow } from '../../../shared/studies/study.ts';

/** On whatever engine, and however closely a run was watched, it is the same experiment. */
const isOfNoAccount = (path: string): boolean =>
  path.startsWith('device.') || path === 'logEvery' || path === 'dataset.identity';

const subjectOf = ({ model, dataset }: Pick<GroupConfig, 'model' | 'dataset'>): string =>
  canonicalJson([model, dataset.id]);

const differencesTo = (theirs: GroupConfig, groups: readonly GroupConfig[]): string[] => {
  const each = groups.map((ours) => differingPaths([ours, theirs]).filter((path) => !isOfNoAccount(path)));
  const [nearest = []] = each.toSorted((a, b) => a.length - b.length);
  return nearest.map((path) => settingOf(path).label);
};

const pointsOf = (study: Study, row: StudyRow, rows: readonly ResultsRow[], baseline: string | null) => {
  const { shared, arms } = row;
  const sams = rows.filter(({ method, imagesPerSecond }) => method === 'sam' && imagesPerSecond.median !== null);
  const ourSam = (sams.find(({ key }) => key === baseline) ?? sams[0])?.imagesPerSecond.median ?? null;
  if (ourSam === null) return [];
  return arms.flatMap((arm): PublishedPoint[] => {
    const { optimizer, paper } = arm;
    const method = methodOf(optimizer);
    const groups = rows.filter((each) => each.method === method).map(({ config }) => config);
    const speedRatio = publishedSpeedRatio(row, arm);
    if (paper === null || speedRatio === null || groups.length === 0) return [];
    return [
      {
        ...{ item: study.item, source: study.source ?? 'paper' },
        ...{ on: `${modelNameOf(shared.model)} on ${shared.dataset.id}`, method },
        ...{ accuracy: paper.accuracy, sd: paper.sd, publishedImagesPerSecond: paper.imagesPerSecond },
        ...{ speedRatio, imagesPerSecond: ourSam * speedRatio },
        differences: differencesTo({ ...shared, optimizer }, groups),
      },
    ];
  });
};

/**
 * Published values of the methods of a table, on the networks and data sets that its groups were trained on; only where SAM is among
 * them, since published speeds mean something relative to their SAM's alone. Of what several items tell, the one counts that was trained
 * most as a group here was, and of those alike the first.
 */
export const publishedBeside = (studies: readonly Study[], { rows, speedBaseline }: ResultsTable): PublishedPoint[] => {
  const found = new Map<string, PublishedPoint>();
  for (const study of studies) {
    for (const row of study.rows) {
      const subject = subjectOf(row.shared);
      const alike = rows.filter(({ config }) => subjectOf(config) === subject);
      for (const point of pointsOf(study, row, alike, speedBaseline)) {
        const key = `${subject} ${point.method}`;
        const known = found.get(key);
        if (known === undefined || point.differences.length < known.differences.length) found.set(key, point);
      }
    }
  }
  return [...found.values()];
};
