import type { Ops } from '../ops.ts';
import { channelSums } from './batchNorms.ts';
import { runRows } from './elementwise.ts';
import * as layout from './kernels/layout.ts';
import type { Operands } from './operands.ts';
import { expectShape, rowsAndChannels } from './shapes.ts';

type LayerNormOps = Pick<Ops, 'layerNorm' | 'layerNormGrad'>;

export const layerNormOps = ({ pool, floats, addressOf, vector, create, made }: Operands): LayerNormOps => ({
  layerNorm(x, scale, offset, epsilon) {
    const { address } = floats(x);
    const { rows, channels } = rowsAndChannels(x.shape);
    for (const tensor of [scale, offset]) expectShape("A layer normalisation's vector", tensor.shape, [channels]);
    const vectors = [floats(scale).address, floats(offset).address];
    const normalised = create(x.shape);
    const inverse = create([...x.shape.slice(0, -1), 1]);
    const output = made('layerNorm', x.shape, (to) => {
      const addresses = [address, addressOf(normalised), addressOf(inverse), to, ...vectors];
      runRows(pool, layout.kernelLayerNorm, addresses, rows, channels, [epsilon]);
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
    return {
      input: made('layerNormGrad', dy.shape, (to) => {
        const addresses = [address, centred, floats(inverse).address, floats(scale).address, to];
        runRows(pool, layout.kernelLayerNormInputGrad, addresses, rows, channels);
      }),
      scale: vector(products),
      offset: vector(sums),
    };
  },
});
