import { modelInfos } from '../../shared/models.ts';
import { distrustOf } from '../../shared/probe.ts';
import type { DeviceProbe } from '../../shared/probe.ts';
import type { ModelId } from '../../shared/runConfig.ts';
import { columns } from './format.ts';

/** What self-tests measured: a table, and beneath it which engine is not to be trusted. Empty where nothing was measured. */
export const probeText = (probes: readonly DeviceProbe[]): string[] => {
  if (probes.length === 0) return [];
  const models = [...new Set(probes.flatMap(({ speeds }) => speeds.map(({ model }) => model)))];
  const head = ['Self-test', ...models.flatMap((model) => [`${modelInfos[model].name} images/s`, 'GFLOP/s'])];
  const rows = probes.map((probe) => [
    `${probe.version}, ${probe.precision}${oneDnnText(probe)}`,
    ...models.flatMap((model) => speedsOf(probe, model)),
    probe.convolutionGflops.toFixed(0),
    probe.gradientDeviation?.toExponential(1) ?? 'not finite',
    String(probe.threads),
    probe.at.slice(0, 10),
  ]);
  return [
    '',
    columns([[...head, 'convolution GFLOP/s', 'deviation', 'threads', 'date'], ...rows]),
    ...probes.flatMap((probe) => {
      const distrust = distrustOf(probe);
      return distrust === null ? [] : [`Warning   ${probe.version}: ${distrust}`];
    }),
  ];
};

const oneDnnText = ({ oneDnn }: DeviceProbe): string => (oneDnn === null ? '' : `, oneDNN ${oneDnn ? 'on' : 'off'}`);

const speedsOf = ({ speeds }: DeviceProbe, model: ModelId): string[] => {
  const speed = speeds.find((each) => each.model === model);
  return speed === undefined
    ? ['–', '–']
    : [speed.imagesPerSecond.toFixed(speed.imagesPerSecond < 100 ? 1 : 0), speed.gflops.toFixed(0)];
};
