/**
 * The network of optimizer-steps.json in float64, one number at a time: every number remembers how its gradient goes back (reverse-mode
 * differentiation, as in micrograd), so that no derivative is written down here that could be wrong in the same way as the lab's.
 */
export interface Scalar {
  readonly value: number;
  gradient: number;
}
export type Parameters = Readonly<Record<string, readonly Scalar[]>>;
/** Mean and unbiased variance of each channel of a batch, by `bn1.mean`, `bn1.var` … */
export type BatchStatistics = Readonly<Record<string, readonly number[]>>;

const epsilon = 1e-5;
const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`Index ${index} is outside of a list of ${list.length}.`);
  return item;
};
export const scalar = (value: number): Scalar => ({ value, gradient: 0 });

const openTape = () => {
  const way: (() => void)[] = [];
  const made = (value: number, back: (gradient: number) => void): Scalar => {
    const result = scalar(value);
    way.push(() => back(result.gradient));
    return result;
  };
  return {
    dot: (a: readonly Scalar[], b: readonly Scalar[]): Scalar =>
      made(
        a.reduce((sum, { value }, index) => sum + value * at(b, index).value, 0),
        (gradient) => {
          a.forEach((left, index) => {
            const right = at(b, index);
            left.gradient += gradient * right.value;
            right.gradient += gradient * left.value;
          });
        },
      ),
    sum: (terms: readonly Scalar[]): Scalar =>
      made(
        terms.reduce((sum, { value }) => sum + value, 0),
        (gradient) => {
          for (const term of terms) term.gradient += gradient;
        },
      ),
    /** f(x), whose derivative is `slope`. */
    map: (x: Scalar, value: number, slope: number): Scalar =>
      made(value, (gradient) => {
        x.gradient += gradient * slope;
      }),
    back(from: Scalar): void {
      from.gradient = 1;
      for (const step of way.reverse()) step();
    },
  };
};
type Tape = ReturnType<typeof openTape>;

const scaled = (tape: Tape, x: Scalar, factor: number): Scalar => tape.map(x, x.value * factor, factor);
const mean = (tape: Tape, terms: readonly Scalar[]): Scalar => scaled(tape, tape.sum(terms), 1 / terms.length);

/** Values [B][H][W][C]. */
type Images = readonly (readonly (readonly (readonly Scalar[])[])[])[];

/** 3×3, one zero around; kernel [3,3,I,O] in a row. */
const convolve = (tape: Tape, images: Images, kernel: readonly Scalar[], outputs: number, stride: number): Images =>
  images.map((image) => {
    const height = Math.ceil(image.length / stride);
    return Array.from({ length: height }, (_, row) =>
      Array.from({ length: Math.ceil(at(image, 0).length / stride) }, (__, column) =>
        Array.from({ length: outputs }, (___, output) => {
          const values: Scalar[] = [];
          const weights: Scalar[] = [];
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 3; j++) {
              const pixel = image[row * stride + i - 1]?.[column * stride + j - 1];
              pixel?.forEach((value, input) => {
                values.push(value);
                weights.push(at(kernel, ((3 * i + j) * pixel.length + input) * outputs + output));
              });
            }
          }
          return tape.dot(values, weights);
        }),
      ),
    );
  });

/** max((x − mean)/√(variance + ε)·scale + offset, 0), over all images and positions of a channel. */
const normaliseRelu = (
  tape: Tape,
  images: Images,
  name: string,
  parameters: Parameters,
  told: Map<string, number[]>,
) => {
  const all = images.flat(2);
  const channels = at(all, 0).map((_, channel) => {
    const values = all.map((pixel) => at(pixel, channel));
    const average = mean(tape, values);
    const negative = scaled(tape, average, -1);
    const centred = values.map((value) => tape.sum([value, negative]));
    const variance = scaled(tape, tape.dot(centred, centred), 1 / values.length);
    told.get(`${name}.mean`)?.push(average.value);
    told.get(`${name}.var`)?.push((variance.value * values.length) / (values.length - 1));
    const root = Math.sqrt(variance.value + epsilon);
    const inverse = tape.map(variance, 1 / root, -0.5 / root ** 3);
    const factor = tape.dot([inverse], [at(parameters[`${name}.scale`] ?? [], channel)]);
    const offset = at(parameters[`${name}.offset`] ?? [], channel);
    return centred.map((value) => {
      const normal = tape.sum([tape.dot([value], [factor]), offset]);
      return tape.map(normal, Math.max(0, normal.value), normal.value > 0 ? 1 : 0);
    });
  });
  let pixel = -1;
  return images.map((image) =>
    image.map((row) =>
      row.map(() => {
        pixel++;
        return channels.map((values) => at(values, pixel));
      }),
    ),
  );
};

/**
 * Each example's cross entropy, and with `isWanted` the gradient of their mean in `parameters`.
 * @param pixels - [B,8,8,3] in a row.
 */
export const passOf = (
  parameters: Parameters,
  pixels: readonly number[],
  labels: readonly number[],
  isWanted: boolean,
): { readonly losses: number[]; readonly statistics: BatchStatistics } => {
  const tape = openTape();
  const told = new Map<string, number[]>(['bn1.mean', 'bn1.var', 'bn2.mean', 'bn2.var'].map((name) => [name, []]));
  const of = (name: string): readonly Scalar[] => parameters[name] ?? [];
  const images = labels.map((_, example) =>
    Array.from({ length: 8 }, (__, row) =>
      Array.from({ length: 8 }, (___, column) =>
        Array.from({ length: 3 }, (____, channel) =>
          scalar(at(pixels, ((example * 8 + row) * 8 + column) * 3 + channel)),
        ),
      ),
    ),
  );
  const first = normaliseRelu(tape, convolve(tape, images, of('conv1.kernel'), 4, 1), 'bn1', parameters, told);
  const second = normaliseRelu(tape, convolve(tape, first, of('conv2.kernel'), 6, 2), 'bn2', parameters, told);
  const losses = second.map((image, example) => {
    const positions = image.flat();
    const pooled = at(positions, 0).map((_, channel) =>
      mean(
        tape,
        positions.map((values) => at(values, channel)),
      ),
    );
    const logits = of('dense.bias').map((bias, unit) => {
      const weights = pooled.map((_, input) => at(of('dense.kernel'), input * of('dense.bias').length + unit));
      return tape.sum([tape.dot(pooled, weights), bias]);
    });
    const powers = logits.map((logit) => tape.map(logit, Math.exp(logit.value), Math.exp(logit.value)));
    const total = tape.sum(powers);
    const own = scaled(tape, at(logits, at(labels, example)), -1);
    return tape.sum([tape.map(total, Math.log(total.value), 1 / total.value), own]);
  });
  if (isWanted) tape.back(mean(tape, losses));
  return { losses: losses.map(({ value }) => value), statistics: Object.fromEntries(told) };
};
