import type { Ops } from '../ops.ts';
import { channelSums } from './batchNorms.ts';
import { rowTasks } from './elementwise.ts';
import { LayerNorm, LayerNormInputGrad } from './kernels/tokens/table.ts';
import type { Operands } from './operands.ts';
import { expectShape, rowsAndChannels } from './shapes.ts';

type LayerNormOps = Pick<Ops, 'layerNorm' | 'layerNormGrad'>;

export const layerNormOps = ({ pool, floats, addressOf, vector, create, made }: Operands): LayerNormOps => ({
  layerNorm(x, scale, offset, epsilon) {
    const { address } = floats(x);
    const { rows, channels } = rowsAndChannels(x.shape);
    for (const tensor of [scale, offset]) expectShape("A layer normalisation's vector", tensor.shape, [channels]);
    const vectors = { scale: floats(scale).address, offset: floats(offset).address };
    const { tasks, rowsPerTask } = rowTasks(rows, channels);
    const normalised = create(x.shape);
    const inverse = create([...x.shape.slice(0, -1), 1]);
    const output = made('layerNorm', x.shape, (to) => {
      pool.run(LayerNorm, tasks, {
        x: address,
        normalised: addressOf(normalised),
        inverse: addressOf(inverse),
        to,
        ...vectors,
        rows,
        channels,
        rowsPerTask,
        epsilon,
      });
    });
    return { output, saved: [normalised, inverse] };
  },
  layerNormGrad(dy, scale, saved) {
    const { address } = floats(dy);
    const { rows, channels } = rowsAndChannels(dy.shape);
    const [normalised, inverse] = saved;
    if (!normalised || !inverse) throw new Error('layerNormGrad needs what layerNorm saved.');
    expectShape("A layer normalisation's gradient", dy.shape, normalised.shape);
    const centred = floats(normalised).address;
    const { sums, products } = channelSums(pool, address, centred, rows, channels);
    const { tasks, rowsPerTask } = rowTasks(rows, channels);
    return {
      input: made('layerNormGrad', dy.shape, (to) => {
        pool.run(LayerNormInputGrad, tasks, {
          dy: address,
          normalised: centred,
          inverse: floats(inverse).address,
          scale: floats(scale).address,
          to,
          rows,
          channels,
          rowsPerTask,
        });
      }),
      scale: vector(products),
      offset: vector(sums),
    };
  },
});
