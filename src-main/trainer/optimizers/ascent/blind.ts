import { z } from 'zod';
import { elementCount } from '../../engine/ops.ts';
import { emptyLike, shared, type Gradients } from '../gradients.ts';
import type { ChanceStream, Memory, OptimizerContext, UpdateRule } from '../objective.ts';

/** A direction that needs no gradient at θ: a step that climbs along it has one pass. */
export interface BlindDirection {
  /** d of the climb in the step after so many, the caller's; null = there is none yet. */
  next(stepsDone: number): Gradients | null;
  /** The gradient that a step descends along; stays the caller's. */
  seen(gradients: Gradients): void;
  readonly memory: Memory | null;
  /** Disposes of what it keeps. */
  dispose(): void;
}

/** Down the momentum v (MSAM): the momentum points uphill, and the step went down. None before the first step. */
export const againstMomentum = ({ ops }: OptimizerContext, rule: UpdateRule): BlindDirection => ({
  next: (stepsDone) => (stepsDone === 0 ? null : rule.momentum.map((tensor) => ops.multiply(tensor, ops.constant(-1)))),
  seen: () => undefined,
  memory: null,
  dispose: () => undefined,
});

const seenSchema = z.strictObject({ hasSeen: z.boolean() });

/** The gradient that the step before descended along. */
export const lastGradient = ({ ops, state }: OptimizerContext): BlindDirection => {
  const last = emptyLike(ops, state.parameters);
  let hasSeen = false;
  return {
    next: () => (hasSeen ? shared(ops, last) : null),
    seen(gradients) {
      gradients.forEach((gradient, index) => {
        const before = last[index];
        if (gradient === null || before === undefined) return;
        last[index] = ops.reshape(gradient, gradient.shape);
        ops.dispose(before);
      });
      hasSeen = true;
    },
    memory: {
      tensors: { last },
      data: () => ({ hasSeen }),
      recall(data) {
        const memory = seenSchema.parse(data);
        return () => {
          hasSeen = memory.hasSeen;
        };
      },
    },
    dispose() {
      last.forEach(ops.dispose);
    },
  };
};

const streamSchema = z.strictObject({ stream: z.array(z.number().int()).length(4) });

/** Every number from N(0, 1), from a stream of its own: what a climb in no direction of the loss's gives. */
export const randomDirection = ({ ops, state }: OptimizerContext, stream: ChanceStream): BlindDirection => ({
  next: () =>
    state.parameters.map(({ shape }) =>
      ops.upload(
        Float32Array.from({ length: elementCount(shape) }, () => stream.normal()),
        shape,
      ),
    ),
  seen: () => undefined,
  memory: {
    tensors: {},
    data: () => ({ stream: [...stream.state()] }),
    recall(data) {
      const memory = streamSchema.parse(data);
      return () => {
        stream.restore(memory.stream);
      };
    },
  },
  dispose: () => undefined,
});
