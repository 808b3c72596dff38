import { z } from 'zod';
import { named, setting } from './setting.ts';

/** How the learning rate falls over epochs (stepped once per epoch). */
export const scheduleSchema = setting(
  z.discriminatedUnion('name', [
    /** η_e = ½η₀(1 + cos(πe/E)), e counted from 0. */
    z.strictObject({ name: named('cosine', 'cosine to 0') }),
    z.strictObject({ name: named('constant', 'constant') }),
    /** η₀·factor^(number of milestones ≤ e). */
    z.strictObject({
      name: named('step', 'steps'),
      milestones: setting(z.array(z.number().int().min(1)).min(1).max(20).default([60, 120, 160]), {
        label: 'milestones',
        unit: 'epochs',
        help: 'Epochs after which the learning rate is multiplied by the step factor.',
      }),
      factor: setting(z.number().gt(0).lt(1).default(0.2), {
        label: 'step factor',
        help: 'What the learning rate is multiplied by at each milestone.',
      }),
    }),
    /** Linear from η₀/warmupEpochs to η₀, then cosine over the epochs that remain. */
    z.strictObject({
      name: named('warmup', 'warm-up, cosine'),
      warmupEpochs: setting(z.number().int().min(1).max(1000).default(5), {
        label: 'warm-up',
        unit: 'epochs',
        help: 'Epochs over which the learning rate rises before it falls.',
      }),
    }),
  ]),
  {
    label: 'learning-rate schedule',
    symbol: 'schedule',
    help: 'How the learning rate falls from epoch to epoch.',
  },
);
export type ScheduleConfig = z.infer<typeof scheduleSchema>;

export const scheduleNames = scheduleSchema.options.map(({ shape }) => shape.name.value);

/** A schedule by its name, with what it begins with. */
export const scheduleOf = (name: ScheduleConfig['name']): ScheduleConfig => scheduleSchema.parse({ name });
