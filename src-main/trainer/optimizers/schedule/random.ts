import { z } from 'zod';
import type { ChanceStream } from '../objective.ts';
import type { Schedule } from './schedule.ts';

const memorySchema = z.strictObject({ stream: z.array(z.number().int()).length(4) });

/** With a probability, each step by itself (SS-SAM, Zhao et al. 2022). Draws from a stream of its own. */
export const atRandom = (probability: number, stream: ChanceStream): Schedule => ({
  looksAt: 'step',
  climbs: () => stream.uniform() < probability,
  memory: {
    tensors: {},
    data: () => ({ stream: [...stream.state()] }),
    recall(data) {
      const memory = memorySchema.parse(data);
      return () => {
        stream.restore(memory.stream);
      };
    },
  },
});
