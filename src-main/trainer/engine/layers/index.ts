import { add } from './add.ts';
import { attention } from './attention.ts';
import { batchNorm, batchNormRelu } from './batchNorm.ts';
import { bias } from './bias.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layerNorm.ts';
import { padChannels } from './padChannels.ts';
import { averagePool, globalAveragePool, maxPool } from './pools.ts';
import { relu } from './relu.ts';
import { flatten, reshape } from './reshape.ts';
import { classToken, firstToken } from './tokens.ts';

/** Every kind of layer: what the builder of a network offers to append. One file a kind, one line here. */
export const layerKinds = {
  add,
  attention,
  averagePool,
  batchNorm,
  batchNormRelu,
  bias,
  classToken,
  conv2d,
  dense,
  firstToken,
  flatten,
  gelu,
  globalAveragePool,
  layerNorm,
  maxPool,
  padChannels,
  relu,
  reshape,
};
