import { evaluationNetwork } from './evaluationNetwork.ts';
import { firstInputOf, tensorAt, type Layer, type NetworkState, type StatisticsMode } from './layers.ts';
import type { Network } from './network.ts';
import type { Ops, Tensor } from './ops.ts';
import { pooledNetwork } from './pooledNetwork.ts';
import { nothingBegun, prefixPlan, usesOf, wantedGradients, type NextPass, type Prefix } from './prefix.ts';

/** A forward pass whose activations are kept for one backward pass. */
export interface Recording {
  /** [B, classes]; disposed of by `backward`. */
  readonly logits: Tensor;
  /**
   * Runs back from ∂L/∂logits, which it consumes, and ends the recording.
   * @returns ∂L/∂parameter for each parameter of the network that is wanted, null for the others.
   */
  backward(logitsGrad: Tensor): (Tensor | null)[];
  /**
   * Drops all examples but these, int32 [k], from what is kept: `backward` then takes ∂L/∂logits [k, classes] of them alone.
   * BatchNorm's statistics, which came from the whole batch, are constants from then on.
   */
  keepOnly(examples: Tensor): void;
  /** Where a next pass was announced that begins with the same: that, the caller's, for after `backward`. */
  readonly prefix: Prefix | null;
}

/** What a pass has to do with the one before it over the same images, and with the one after. */
export interface Neighbours {
  /** What the pass begins with, and consumes where it serves; disposed of where it does not. */
  readonly prefix?: Prefix | null | undefined;
  readonly next?: NextPass | undefined;
}

/** Tensors with several holders: the last one to let go disposes of it. */
const sharedTensors = (ops: Ops) => {
  const holders = new Map<Tensor, number>();
  return {
    /** What nobody holds is disposed of. */
    hold(tensor: Tensor, count: number): void {
      const all = (holders.get(tensor) ?? 0) + count;
      if (all > 0) holders.set(tensor, all);
      else ops.dispose(tensor);
    },
    release(tensor: Tensor): void {
      const left = (holders.get(tensor) ?? 0) - 1;
      if (left > 0) holders.set(tensor, left);
      else {
        holders.delete(tensor);
        ops.dispose(tensor);
      }
    },
    holdersOf: (tensor: Tensor): number => holders.get(tensor) ?? 0,
  };
};

const parameterOf =
  ({ parameters }: NetworkState, layer: Layer) =>
  (position: number): Tensor =>
    tensorAt(parameters, layer.parameters[position] ?? -1);

/**
 * Runs a network forward and keeps just what going back for the wanted parameters needs; everything else is freed as soon as no
 * later layer reads it.
 * @param images - [B,H,W,C], stays the caller's.
 * @param isWanted - whether the gradient of a parameter (by index) is wanted: all that stochastic weight perturbation needs.
 */
export const record = (
  ops: Ops,
  given: Network,
  state: NetworkState,
  images: Tensor,
  mode: StatisticsMode,
  isWanted: (parameter: number) => boolean,
  { prefix, next }: Neighbours = {},
): Recording => {
  const network = mode === 'evaluate' ? given : pooledNetwork(ops, given);
  const wanted = wantedGradients(network, isWanted);
  const isRecorded = wanted.some((want) => want !== null);
  const serves = mode !== 'evaluate' && prefix?.serves(ops, network, state, { statistics: mode, isRecorded }) === true;
  if (!serves) prefix?.dispose();
  const begun = serves ? prefix : nothingBegun;
  const plan = next === undefined ? null : prefixPlan(ops, network, next);
  const uses = usesOf(network, wanted, begun.layers);
  const shared = sharedTensors(ops);
  const values: (Tensor | undefined)[] = [images, ...begun.values.slice(1)];
  const shapes: (readonly number[])[] = [images.shape, ...begun.shapes.slice(1)];
  const savedOf = [...begun.saved];
  const read = (index: number): Tensor => {
    const tensor = values[index];
    if (tensor === undefined) throw new Error(`Value ${index} was not computed.`);
    return tensor;
  };
  /** Keeps what a layer made as long as something of this pass or the next one needs it. */
  const holdMade = (index: number): void => {
    const output = values[index + 1];
    if (output !== undefined)
      shared.hold(output, (uses[index + 1] ?? 0) + Number(plan?.keepsValue(index + 1) ?? false));
    const holders = Number(Boolean(wanted[index])) + Number(plan?.keepsSaved(index) ?? false);
    savedOf[index]?.forEach((tensor) => {
      shared.hold(tensor, holders);
    });
  };
  shared.hold(images, (uses[0] ?? 0) + 1); // never disposed of here

  begun.saved.forEach((_, index) => {
    holdMade(index);
  });
  network.layers.slice(begun.layers).forEach((layer, index) => {
    const [, second] = layer.inputs;
    const { output, saved } = layer.forward({
      ops,
      x: read(firstInputOf(layer)),
      other: second === undefined ? null : read(second),
      parameter: parameterOf(state, layer),
      statistics: state.statistics,
      mode,
    });
    values.push(output);
    shapes.push(output.shape);
    savedOf.push(saved);
    holdMade(begun.layers + index);
    layer.inputs.forEach((value) => {
      shared.release(read(value));
    });
  });
  const logits = read(network.layers.length);
  let isFrozen = false;

  return {
    logits,
    prefix: plan === null ? null : plan.prefixOf(state, values, shapes, savedOf),
    keepOnly(examples) {
      isFrozen = true;
      const count = examples.shape[0] ?? 0;
      values.forEach((value, index) => {
        shapes[index] = [count, ...(shapes[index] ?? []).slice(1)];
        if (value === undefined) return;
        // The images are the caller's, who holds one more share of them; the logits have been read.
        const holders = shared.holdersOf(value) - (index === 0 ? 1 : 0);
        if (holders <= 0 || value === logits) return;
        const gathered = ops.gather(value, examples);
        shared.hold(gathered, holders);
        for (let holder = 0; holder < holders; holder++) shared.release(value);
        values[index] = gathered;
      });
      network.layers.forEach((layer, index) => {
        const saved = savedOf[index];
        if (!wanted[index] || saved === undefined || !layer.savesByExample) return;
        savedOf[index] = saved.map((tensor) => {
          const gathered = ops.gather(tensor, examples);
          shared.hold(gathered, 1);
          shared.release(tensor);
          return gathered;
        });
      });
    },
    backward(logitsGrad) {
      const gradients = new Array<Tensor | null>(network.parameters.length).fill(null);
      const arriving = new Array<Tensor | undefined>(values.length);
      arriving[network.layers.length] = logitsGrad;
      shared.hold(logitsGrad, 1);

      /** Puts a gradient, of which the caller holds one share, in the place of what has arrived at a value. */
      const replace = (value: number, gradient: Tensor): void => {
        const before = arriving[value];
        if (before !== undefined) shared.release(before);
        arriving[value] = gradient;
      };
      /** Adds it to that. */
      const arrive = (value: number, gradient: Tensor): void => {
        const before = arriving[value];
        const sum = before === undefined ? gradient : ops.add(before, gradient);
        if (sum !== gradient) {
          shared.hold(sum, 1);
          shared.release(gradient);
        }
        replace(value, sum);
      };

      for (let index = network.layers.length - 1; index >= 0; index--) {
        const layer = network.layers[index];
        const want = wanted[index];
        const dy = arriving[index + 1];
        if (layer === undefined || dy === undefined) continue;
        if (!want) {
          shared.release(dy); // the logits' alone, where nothing is wanted
          continue;
        }
        const input = firstInputOf(layer);
        const made = layer.backward({
          ops,
          dy,
          input: () => read(input),
          output: () => read(index + 1),
          inputShape: shapes[input] ?? [],
          parameter: parameterOf(state, layer),
          saved: savedOf[index] ?? [],
          arrived: layer.addsArrived === true ? (arriving[input] ?? null) : null,
          wanted: want,
          isFrozen,
          mode,
          statistics: state.statistics,
        });
        layer.parameters.forEach((parameter, position) => {
          gradients[parameter] = made.parameters[position] ?? null;
        });
        layer.inputs.forEach((value, position) => {
          const gradient = made.inputs[position] ?? null;
          if (gradient === null) return;
          shared.hold(gradient, 1);
          if (layer.addsArrived === true && position === 0) replace(value, gradient);
          else arrive(value, gradient);
        });
        const stayed = layer.keeps(want);
        if (stayed.input) shared.release(read(input));
        if (stayed.output) shared.release(read(index + 1));
        savedOf[index]?.forEach(shared.release);
        shared.release(dy);
      }
      shared.release(logits);
      return gradients;
    },
  };
};

/** Runs a network forward and keeps nothing but the logits [B, classes], which become the caller's. @param prefix - as in `Neighbours`. */
export const infer = (
  ops: Ops,
  network: Network,
  state: NetworkState,
  images: Tensor,
  mode: StatisticsMode,
  prefix?: Prefix | null,
): Tensor => {
  const run = mode === 'evaluate' ? evaluationNetwork(ops, network) : network;
  return record(ops, run, state, images, mode, () => false, { prefix }).logits;
};
