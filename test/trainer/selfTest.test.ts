import { expect, test } from 'vitest';
import type { Ops, Tensor } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { gradientDeviation } from '../../src-main/trainer/jobs/selfTest/gradientDeviation.ts';

/** The same engine, but for the gradient of kernels, which it multiplies. */
const withFactor = (ops: Ops, factor: number): Ops => ({
  ...ops,
  conv2dFilterGrad(...inputs) {
    const right = ops.conv2dFilterGrad(...inputs);
    const wrong: Tensor = ops.multiply(right, ops.constant(factor));
    ops.dispose(right);
    return wrong;
  },
});

test('the reference does not deviate from itself', () => {
  const ops = referenceOps();
  expect(gradientDeviation(ops, ops).gradientDeviation).toBe(0);
  expect(ops.counters.handles).toBe(0);
});

test('a gradient that is 1 % too large deviates by 0.01, and its tensor is named', () => {
  const ops = referenceOps();
  const { gradientDeviation: deviation, deviatesMost } = gradientDeviation(ops, withFactor(ops, 1.01));
  expect(deviation).toBeCloseTo(0.01, 12);
  expect(['stem.kernel', 'inner.kernel', 'branch.conv.kernel', 'shortcut.conv.kernel']).toContain(deviatesMost);
});

test('a gradient that is not finite has no deviation', () => {
  const ops = referenceOps();
  expect(gradientDeviation(ops, withFactor(ops, NaN)).gradientDeviation).toBeNull();
});
