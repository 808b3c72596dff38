import { modelInfos } from '../../shared/models.ts';
import { countText, rateText } from '../../shared/numberText.ts';
import { distrustOf } from '../../shared/selfTest.ts';
import type { SelfTestResult } from '../../shared/selfTest.ts';
import type { ModelId } from '../../shared/runConfig.ts';
import { columns } from './format.ts';

/** What self-tests measured: a table, and beneath it which engine is not to be trusted. Empty where nothing was measured. */
export const selfTestText = (selfTests: readonly SelfTestResult[]): string[] => {
  if (selfTests.length === 0) return [];
  const models = [...new Set(selfTests.flatMap(({ speeds }) => speeds.map(({ model }) => model)))];
  const head = ['Self-test', ...models.flatMap((model) => [`${modelInfos[model].name} images/s`, 'GFLOP/s'])];
  const rows = selfTests.map((selfTest) => [
    `${selfTest.version}, ${selfTest.precision}${oneDnnText(selfTest)}`,
    ...models.flatMap((model) => speedsOf(selfTest, model)),
    countText(selfTest.convolutionGflops),
    selfTest.gradientDeviation?.toExponential(1) ?? 'not finite',
    String(selfTest.threads),
    selfTest.at.slice(0, 10),
  ]);
  return [
    '',
    columns([[...head, 'convolution GFLOP/s', 'deviation', 'threads', 'date'], ...rows]),
    ...selfTests.flatMap((selfTest) => {
      const distrust = distrustOf(selfTest);
      return distrust === null ? [] : [`Warning   ${selfTest.version}: ${distrust}`];
    }),
  ];
};

const oneDnnText = ({ oneDnn }: SelfTestResult): string => (oneDnn === null ? '' : `, oneDNN ${oneDnn ? 'on' : 'off'}`);

const speedsOf = ({ speeds }: SelfTestResult, model: ModelId): string[] => {
  const speed = speeds.find((each) => each.model === model);
  return speed === undefined ? ['–', '–'] : [rateText(speed.imagesPerSecond), countText(speed.gflops)];
};
