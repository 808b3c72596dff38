import { counted } from '../../shared/counted.ts';
import { phases } from '../../shared/metrics.ts';
import { countText, fixedText, percentText, rateText } from '../../shared/numberText.ts';
import { relativeHalfWidth } from '../../shared/pairedRatio.ts';
import { doDataDecide, imagesPerStep, speedBaselineOf } from '../../shared/speed.ts';
import type { ToldSpeed } from '../../shared/speed.ts';
import { armNames } from './armNames.ts';
import { columns } from './format.ts';

/** A measurement of speeds as a table: times, and speeds relative to the baseline with their intervals. */
export const speedText = (measurement: ToldSpeed): string => {
  const { arms, base, environment, processes, stepsPerRound, endedBy, limitMs } = measurement;
  const baseline = speedBaselineOf(arms);
  const images = imagesPerStep(measurement);
  const shown = phases.filter((phase) => arms.some(({ phaseMs }) => phaseMs[phase] > 0));
  const nameOf = armNames(arms.map(({ optimizer }) => ({ optimizer })));
  const rows = arms.map((arm) => [
    nameOf({ optimizer: arm.optimizer }) + ofSteps(arm),
    fixedText(arm.stepMs, 2),
    rateText((1000 * images) / arm.stepMs),
    ...ratioText(arm),
    ...shown.map((phase) => fixedText(arm.phaseMs[phase], 2)),
  ]);
  const name = baseline === undefined ? '' : nameOf({ optimizer: baseline.optimizer });
  const head = [
    'method',
    'ms/step',
    'images/s',
    `speed over ${name} %`,
    '95% interval',
    ...shown.map((p) => `${p} ms`),
  ];
  const [first] = arms;
  const widest = Math.max(
    0,
    ...arms.map(({ relativeSpeed }) => (relativeSpeed === null ? 0 : relativeHalfWidth(relativeSpeed))),
  );
  const why =
    endedBy === 'narrow'
      ? `every interval is within ± ${percentText(widest, 1)} %`
      : `the ${limitMs / 1000} seconds were up, with intervals up to ± ${percentText(widest, 1)} %`;
  const [inProcesses, how] =
    processes === 1
      ? [' in one process', 'bootstrap over the rounds; another process may differ by more']
      : [`, in ${processes} processes one after another`, 'Student’s t over the processes'];
  return [
    columns([head, ...rows]),
    `${base.model.id} on ${base.dataset.id}, batches of ${countText(images)}${images < base.batchSize ? ', all there are' : ''}, ${environment.engine}`,
    `${counted(first?.roundMs.length ?? 0, 'round')} of ${counted(stepsPerRound, 'step')} each${inProcesses}; it ended because ${why}. 95% intervals: ${how}.`,
    ...(arms.some(({ optimizer }) => doDataDecide(optimizer)) ? [untilTrained] : []),
  ].join('\n');
};

const untilTrained =
  'Where the data decide on a climb, both kinds of steps are measured; in Compare each counts by its share of the steps of the runs.';

const ofSteps = ({ optimizer, climbingShare }: ToldSpeed['arms'][number]): string => {
  if (doDataDecide(optimizer)) return climbingShare === 1 ? ', in a step that climbs' : ', in one that does not';
  return climbingShare === 1 ? '' : `, climbing in ${Number((100 * climbingShare).toFixed(1))} % of the steps`;
};

const ratioText = ({ relativeSpeed }: ToldSpeed['arms'][number]): string[] => {
  if (relativeSpeed === null) return ['100.0', 'baseline'];
  const { ratio, low, high } = relativeSpeed;
  return [percentText(ratio, 1), `[${percentText(low, 1)}, ${percentText(high, 1)}]`];
};
