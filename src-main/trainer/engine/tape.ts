import { evaluationNetwork } from './evaluationNetwork.ts';
import { tensorAt, type Layer, type NetworkState, type StatisticsMode, type Wanted } from './layers.ts';
import type { Network } from './network.ts';
import type { Ops, Tensor } from './ops.ts';
import { trainingNetwork } from './trainingNetwork.ts';

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
}

/** Tensors with several holders: the last one to let go disposes of it. */
const sharedTensors = (ops: Ops) => {
  const holders = new Map<Tensor, number>();
  return {
    hold(tensor: Tensor, count: number): void {
      holders.set(tensor, (holders.get(tensor) ?? 0) + count);
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

const firstInputOf = ({ inputs }: Layer): number => inputs[0] ?? 0;

const parameterOf =
  ({ parameters }: NetworkState, layer: Layer) =>
  (position: number): Tensor =>
    tensorAt(parameters, layer.parameters[position] ?? -1);

/** For every layer which gradients its backward step has to make; null where it need not run at all. */
const wantedGradients = (network: Network, isWanted: (parameter: number) => boolean): (Wanted | null)[] => {
  const reaches = [false]; // does a wanted parameter lie before (or in the layer that makes) this value?
  return network.layers.map((layer) => {
    const parameters = layer.parameters.map(isWanted);
    const inputs = layer.inputs.map((value) => reaches[value] === true);
    const isNeeded = inputs.includes(true) || parameters.includes(true);
    reaches.push(isNeeded);
    return isNeeded ? { inputs, parameters } : null;
  });
};

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
): Recording => {
  const network = mode === 'evaluate' ? given : trainingNetwork(ops, given);
  const wanted = wantedGradients(network, isWanted);
  const shared = sharedTensors(ops);
  const values: Tensor[] = [images];
  const shapes: (readonly number[])[] = [images.shape];
  const savedOf: (readonly Tensor[])[] = [];
  const read = (index: number): Tensor => {
    const tensor = values[index];
    if (tensor === undefined) throw new Error(`Value ${index} was not computed.`);
    return tensor;
  };

  // Uses of each value: by later layers, and by backward steps.
  const uses = new Array<number>(network.layers.length + 1).fill(0);
  const use = (value: number): void => {
    uses[value] = (uses[value] ?? 0) + 1;
  };
  network.layers.forEach((layer, index) => {
    layer.inputs.forEach(use);
    const want = wanted[index];
    if (!want) return;
    const kept = layer.keeps(want);
    if (kept.input) use(firstInputOf(layer));
    if (kept.output) use(index + 1);
  });
  use(network.layers.length); // the logits, for the caller
  shared.hold(images, (uses[0] ?? 0) + 1); // never disposed of here

  network.layers.forEach((layer, index) => {
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
    shared.hold(output, uses[index + 1] ?? 0);
    if (wanted[index]) savedOf[index] = saved;
    else saved.forEach(ops.dispose);
    layer.inputs.forEach((value) => {
      shared.release(read(value));
    });
  });
  const logits = read(network.layers.length);
  let isFrozen = false;

  return {
    logits,
    keepOnly(examples) {
      isFrozen = true;
      const count = examples.shape[0] ?? 0;
      values.forEach((value, index) => {
        shapes[index] = [count, ...value.shape.slice(1)];
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
        if (saved === undefined || !layer.savesByExample) return;
        savedOf[index] = saved.map((tensor) => ops.gather(tensor, examples));
        saved.forEach(ops.dispose);
      });
    },
    backward(logitsGrad) {
      const gradients = new Array<Tensor | null>(network.parameters.length).fill(null);
      const arriving = new Array<Tensor | undefined>(values.length);
      arriving[network.layers.length] = logitsGrad;
      shared.hold(logitsGrad, 1);

      /** Adds a gradient, of which the caller holds one share, to what has arrived at a value. */
      const arrive = (value: number, gradient: Tensor): void => {
        const before = arriving[value];
        if (before === undefined) {
          arriving[value] = gradient;
          return;
        }
        const sum = ops.add(before, gradient);
        shared.hold(sum, 1);
        shared.release(before);
        shared.release(gradient);
        arriving[value] = sum;
      };

      for (let index = network.layers.length - 1; index >= 0; index--) {
        const layer = network.layers[index];
        const want = wanted[index];
        const dy = arriving[index + 1];
        if (layer === undefined || !want || dy === undefined) continue;
        const input = firstInputOf(layer);
        const made = layer.backward({
          ops,
          dy,
          input: () => read(input),
          output: () => read(index + 1),
          inputShape: shapes[input] ?? [],
          parameter: parameterOf(state, layer),
          saved: savedOf[index] ?? [],
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
          arrive(value, gradient);
        });
        const stayed = layer.keeps(want);
        if (stayed.input) shared.release(read(input));
        if (stayed.output) shared.release(read(index + 1));
        savedOf[index]?.forEach(ops.dispose);
        shared.release(dy);
      }
      shared.release(logits);
      return gradients;
    },
  };
};

/** Runs a network forward and keeps nothing but the logits [B, classes], which become the caller's. */
export const infer = (ops: Ops, network: Network, state: NetworkState, images: Tensor, mode: StatisticsMode): Tensor =>
  record(ops, mode === 'evaluate' ? evaluationNetwork(network) : network, state, images, mode, () => false).logits;
