import type { Ops, Pooling } from '../ops.ts';
import type { TensorFlow } from './binding.ts';

type AveragePoolOps = Pick<Ops, 'averagePool' | 'averagePoolGrad'>;

/** One window that is the whole image, of whole vectors of channels. */
const isOurs = ([, height, width, channels = 0]: readonly number[], { size }: Pooling): boolean =>
  size === height && size === width && channels % 16 === 0;

/**
 * Average pooling of whole images, as before a network's last layer, on the lab's own kernels (kernels/ops/pooling.h).
 * @param others - for the pooling that these do not fit.
 */
export const averagePoolOps = ({ one, attribute }: TensorFlow, others: AveragePoolOps): AveragePoolOps => ({
  averagePool: (x, pooling) =>
    isOurs(x.shape, pooling)
      ? one('EsamGlobalAveragePool', [attribute.type('T', x.dataType)], x)
      : others.averagePool(x, pooling),
  averagePoolGrad(dy, inputShape, pooling) {
    if (!isOurs(inputShape, pooling)) return others.averagePoolGrad(dy, inputShape, pooling);
    const [, height = 0, width = 0] = inputShape;
    const attributes = [
      attribute.type('T', dy.dataType),
      attribute.int('height', height),
      attribute.int('width', width),
    ];
    return one('EsamGlobalAveragePoolGrad', attributes, dy);
  },
});
