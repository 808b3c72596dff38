import { elementCount, type Ops } from '../ops.ts';
import { batchMatMul, matMul, productSides } from './matrices.ts';
import type { Operands } from './operands.ts';
import { expectShape } from './shapes.ts';

type MatrixOps = Pick<Ops, 'matMul' | 'batchMatMul'>;

export const matrixOps = ({ pool, floats, made }: Operands): MatrixOps => ({
  matMul(a, b, transposeA, transposeB) {
    const [left, right] = [floats(a), floats(b)];
    const sides = productSides(a.shape, b.shape, transposeA, transposeB);
    return made('matMul', [sides[0], sides[2]], (to) => {
      matMul(pool, left.address, right.address, to, sides, transposeA, transposeB);
    });
  },
  batchMatMul(a, b, transposeA, transposeB) {
    const [left, right] = [floats(a), floats(b)];
    const outer = a.shape.slice(0, -2);
    expectShape('The outer axes of a batch of matrices', b.shape.slice(0, -2), outer);
    const sides = productSides(a.shape.slice(-2), b.shape.slice(-2), transposeA, transposeB);
    return made('batchMatMul', [...outer, sides[0], sides[2]], (to) => {
      batchMatMul(pool, left.address, right.address, to, elementCount(outer), sides, transposeA, transposeB);
    });
  },
});
