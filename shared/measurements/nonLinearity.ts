import { meanOverParts, type Measurement } from './measurement.ts';

export const nonLinearity: Measurement = {
  label: 'Non-linearity ζ',
  help: 'ζ = |L(θ+ε) − L(θ) − ε·∇L(θ)| over the whole batch: how far the loss is from linear along ε (Du et al. 2022, Fig. 7); with sub-batches their mean.',
  unit: 'loss',
  of: (parts) =>
    meanOverParts(parts, ({ rise, slope, examples }) =>
      rise === null || slope === null ? null : Math.abs(rise / examples - slope),
    ),
};
