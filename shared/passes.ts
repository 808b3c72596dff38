import type { Misfit } from './dataset.ts';
import { engineInfos } from './engines.ts';
import { gathers } from './method.ts';
import type { GroupConfig } from './runConfig.ts';

/** Why the passes of a configuration cannot be done as it asks, whatever the data; null where they can. */
export const passesMisfitOf = (config: GroupConfig): Misfit | null => precisionMisfit(config) ?? gatherMisfit(config);

const precisionMisfit = ({ device, precision, optimizer }: GroupConfig): Misfit | null => {
  const { name, precisions } = engineInfos[device.engine];
  const ranking = 'selectionPrecision' in optimizer ? optimizer.selectionPrecision : 'same';
  const asked = [
    { path: 'precision', value: precision },
    { path: 'optimizer.selectionPrecision', value: ranking === 'same' ? precision : ranking },
  ];
  const missing = asked.find(({ value }) => !precisions.includes(value));
  if (missing === undefined) return null;
  const message = `${missing.value} was asked for on the engine ${name}, which has ${precisions.join(' and ')} only. Choose another engine, or ${precisions.join(' or ')}.`;
  return { path: missing.path, message };
};

const gatherMisfit = ({ microBatch, optimizer }: GroupConfig): Misfit | null =>
  microBatch !== null && gathers(optimizer)
    ? {
        path: 'microBatch',
        message:
          'Micro-batches and the gathered second pass were asked for, but that pass keeps the activations of the whole batch. Choose one of them.',
      }
    : null;
