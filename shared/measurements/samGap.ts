import { meanOverParts, type Measurement } from './measurement.ts';

export const samGap: Measurement = {
  label: 'SAM gap',
  help: 'Loss at θ+ε minus loss at θ over the whole batch: the sharpness that SAM minimises (Foret et al. 2020); absent where no pass gives the loss of every example at θ+ε.',
  unit: 'loss',
  of: (parts) => meanOverParts(parts, ({ rise, examples }) => (rise === null ? null : rise / examples)),
};
