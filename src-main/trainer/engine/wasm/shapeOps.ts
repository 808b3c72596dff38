import { elementBytes } from '../counters.ts';
import { elementCount, type Ops } from '../ops.ts';
import { copyBox } from './elementwise.ts';
import { Gather } from './kernels/moves/table.ts';
import type { Operands } from './operands.ts';
import { expectShape, stridesOf } from './shapes.ts';

type ShapeOps = Pick<Ops, 'reshape' | 'transpose' | 'pad' | 'slice' | 'concat' | 'pack' | 'unpack' | 'gather'>;

/** Slices that a gather's task copies: enough bytes to be worth a task. */
const slicesPerTask = (sliceBytes: number): number => Math.max(1, Math.ceil(131072 / Math.max(1, sliceBytes)));

/** The ops that move elements about. */
export const shapeOps = ({ pool, accounts, locate, floats, addressOf, create, share, made }: Operands): ShapeOps => ({
  reshape(x, shape) {
    accounts.ran('reshape');
    return share(x, shape);
  },
  transpose(x, axes) {
    const { address } = floats(x);
    const shape = axes.map((axis) => x.shape[axis] ?? NaN);
    if (new Set(axes).size !== x.shape.length || shape.length !== x.shape.length || shape.some(Number.isNaN)) {
      throw new Error(`Found the axes [${axes.join()}], expected an order of those of [${x.shape.join()}].`);
    }
    const strides = stridesOf(x.shape);
    return made('transpose', shape, (to) => {
      const moved = axes.map((axis) => strides[axis] ?? NaN);
      copyBox(pool, address, to, shape, moved, stridesOf(shape));
    });
  },
  pad(x, before, after) {
    const { address } = floats(x);
    const shape = x.shape.map((side, axis) => side + (before[axis] ?? NaN) + (after[axis] ?? NaN));
    const strides = stridesOf(shape);
    return made('pad', shape, (to) => {
      pool.bytes(to, elementCount(shape) * 4).fill(0);
      const first = strides.reduce((place, stride, axis) => place + stride * (before[axis] ?? NaN), 0);
      copyBox(pool, address, to + first * 4, x.shape, stridesOf(x.shape), strides);
    });
  },
  slice(x, begin, shape) {
    const { address } = floats(x);
    const isInside = x.shape.every((side, axis) => {
      const first = begin[axis] ?? NaN;
      return first >= 0 && first + (shape[axis] ?? NaN) <= side;
    });
    if (!isInside || shape.length !== x.shape.length) {
      throw new Error(`A block [${shape.join()}] from [${begin.join()}] on is not inside of [${x.shape.join()}].`);
    }
    const strides = stridesOf(x.shape);
    const first = strides.reduce((place, stride, axis) => place + stride * (begin[axis] ?? NaN), 0);
    return made('slice', shape, (to) => {
      copyBox(pool, address + first * 4, to, shape, strides, stridesOf(shape));
    });
  },
  concat(list) {
    const located = list.map(floats);
    const [first] = located;
    if (first === undefined) throw new Error('concat was given no tensor.');
    const rest = first.shape.slice(1);
    for (const { shape } of located) expectShape('A concatenated tensor', shape.slice(1), rest);
    const rows = located.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    return made('concat', [rows, ...rest], (to) => {
      let end = to;
      for (const { address, count: elements } of located) {
        copyBox(pool, address, end, [elements], [1], [1]);
        end += elements * 4;
      }
    });
  },
  pack(list) {
    const [first] = list;
    if (first === undefined) throw new Error('pack was given no tensor.');
    const located = list.map(floats);
    for (const { shape } of located) expectShape('A packed tensor', shape, first.shape);
    const size = elementCount(first.shape);
    return made('pack', [list.length, ...first.shape], (to) => {
      located.forEach(({ address }, index) => {
        copyBox(pool, address, to + index * size * 4, [size], [1], [1]);
      });
    });
  },
  unpack(x) {
    const { address } = floats(x);
    const [length = 0, ...shape] = x.shape;
    const size = elementCount(shape);
    accounts.ran('unpack');
    return Array.from({ length }, (_, index) => {
      const tensor = create(shape);
      copyBox(pool, address + index * size * 4, addressOf(tensor), [size], [1], [1]);
      return tensor;
    });
  },
  gather(x, indices) {
    const [from, places] = [locate(x), locate(indices, 'int32')];
    const [slices = 0, ...sliceShape] = x.shape;
    const sliceBytes = elementCount(sliceShape) * elementBytes(x.dataType);
    const perTask = slicesPerTask(sliceBytes);
    return made(
      'gather',
      [...indices.shape, ...sliceShape],
      (to) => {
        const isRight = pool.run(Gather, Math.ceil(places.count / perTask), {
          from: from.address,
          indices: places.address,
          to,
          count: places.count,
          slices,
          sliceBytes,
          slicesPerTask: perTask,
        });
        if (isRight) return;
        throw new Error(`A slice was asked for that is not among 0 to ${slices - 1}.`);
      },
      x.dataType,
    );
  },
});
