import type { Measurement } from './measurement.ts';

const how =
  'at θ+ε with ε = ρ·∇L/‖∇L‖, each subset forwarded alone; the mean over the steps that were observed (Du et al. 2022, Fig. 6)';

export const cosineKept: Measurement = {
  label: 'Gradient cosine, kept examples',
  help: `Cosine of the gradient over 𝔹⁺, the share γ of the batch whose loss rises most, with the batch’s, ${how}.`,
  unit: 'cosine',
};
export const cosineDropped: Measurement = {
  label: 'Gradient cosine, dropped examples',
  help: `Cosine of the gradient over 𝔹⁻, the other examples of the batch, with the batch’s, ${how}.`,
  unit: 'cosine',
};
export const cosineRandom: Measurement = {
  label: 'Gradient cosine, random examples',
  help: `Cosine of the gradient over as many examples as are kept, chosen at random, with the batch’s, ${how}.`,
  unit: 'cosine',
};
