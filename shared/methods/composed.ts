import { z } from 'zod';
import { axes } from './axes.ts';
import { defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing, type Senseless } from './combinations.ts';
import { hasSelectionForward } from './esam.ts';
import { noMomentum } from './momentumSam.ts';
import { noUnits, type Method, type PhaseUnits } from './method.ts';
import { rhoMin, senselessRhoMin } from './rhoMin.ts';
import { plainSam, sharpnessAware } from './sam.ts';
import { sgdUnits } from './sgd.ts';
import { averaged, mostAveraged } from './when.ts';

const composedFields = z.strictObject({ name: z.literal('composed'), ...sharpnessAware, rhoMin, ...axes });
export type ComposedConfig = z.infer<typeof composedFields>;

const blindDirections = ['against-momentum', 'last-gradient', 'random'] as const;
export type BlindChoice = Extract<ComposedConfig['direction'], { name: (typeof blindDirections)[number] }>;
/** Whether a direction is known without a gradient at θ. */
export const isBlindDirection = (direction: ComposedConfig['direction']): direction is BlindChoice =>
  blindDirections.some((name) => name === direction.name);

/** Whether a step has one pass. */
export const isBlind = ({ direction }: Pick<ComposedConfig, 'direction'>): boolean => isBlindDirection(direction);

const climbsAlways = ({ interval, when }: ComposedConfig): boolean => interval === 1 && when.name === 'every';

/** What one pass at θ+ε cannot do. */
const senselessBlind = (config: ComposedConfig): (Senseless | null)[] => {
  if (!isBlind(config)) return [];
  const { examples, descent, when, sharpnessBatch, bnStatistics } = config;
  const none = 'this direction needs no gradient at θ, so there is no pass at θ';
  return [
    examples.name === 'all'
      ? null
      : {
          path: ['examples', 'name'],
          reason: `${none} whose losses could rank; choose all examples, or another direction`,
        },
    descent.name === 'above'
      ? null
      : {
          path: ['descent', 'name'],
          reason: `${none} whose gradient could be combined with h; choose h alone, or another direction`,
        },
    when.name === 'gradient-norm'
      ? { path: ['when', 'name'], reason: `${none} whose gradient norm could decide; choose another schedule` }
      : null,
    sharpnessBatch === null
      ? null
      : { path: ['sharpnessBatch'], reason: `${none}, and one direction serves every sub-batch; leave m empty` },
    bnStatistics === 'first'
      ? null
      : { path: ['bnStatistics'], reason: `${none}: the only pass moves the statistics; choose the first pass` },
  ];
};

const senselessAxes = (config: ComposedConfig): (Senseless | null)[] => {
  const { direction, momentum, moves, examples, descent, when, sharpnessBatch } = config;
  const isMean = direction.name === 'away-from-mean' || direction.name === 'moving-mean';
  const ranksFirst = examples.name === 'largest-loss' && !isBlind(config);
  return [
    isMean && moves.name === 'share'
      ? {
          path: ['moves', 'name'],
          reason:
            'a mean over steps needs every tensor’s gradient in every step, which is what SWP leaves out; choose all tensors',
        }
      : null,
    direction.name === 'against-momentum' ? noMomentum(momentum) : null,
    descent.name === 'looksam' && climbsAlways(config)
      ? {
          path: ['interval'],
          reason:
            'LookSAM reuses a part of h between two climbs, and this climbs in every step; perturb every 2 steps or more rarely',
        }
      : null,
    ranksFirst && when.name === 'gradient-norm'
      ? {
          path: ['when', 'name'],
          reason:
            'the first pass sees some examples only, so the norm of the whole batch’s gradient cannot decide; choose another schedule',
        }
      : null,
    ranksFirst && sharpnessBatch !== null
      ? { path: ['sharpnessBatch'], reason: 'the examples of largest loss are those of the whole batch; leave m empty' }
      : null,
  ];
};

const composedSchema = refusing(composedFields, (config) => [
  ...senselessClimb(config),
  senselessRhoMin(config),
  ...senselessBlind(config),
  ...senselessAxes(config),
]);

/** Whether g at θ is combined with h. */
const readsHere = ({ descent }: ComposedConfig): boolean => descent.name !== 'above';

/** The share of the weight gradients that the first pass needs. */
const weightShare = (config: ComposedConfig): number => {
  const { moves, when } = config;
  if (moves.name === 'all' || when.name === 'gradient-norm' || readsHere(config)) return 1;
  return moves.name === 'share' ? moves.beta : 0;
};

const climbUnits = (config: ComposedConfig): PhaseUnits => {
  if (isBlind(config)) return sgdUnits;
  const { examples } = config;
  const first = { forward1: 1, backward1: 1 + weightShare(config) };
  if (examples.name === 'all' || examples.gamma === 1) return { ...samUnits, ...first };
  const { gamma } = examples;
  if (examples.name === 'largest-loss')
    return {
      ...noUnits,
      selectionForward: 1,
      forward1: gamma,
      backward1: gamma * first.backward1,
      forward2: gamma,
      backward2: 2 * gamma,
    };
  return {
    ...noUnits,
    ...first,
    selectionForward: hasSelectionForward({ ...examples, alwaysRank: false }) ? 1 : 0,
    forward2: examples.secondPass === 'gathered' ? 0 : gamma,
    backward2: 2 * gamma,
  };
};

/**
 * Axes on which it differs from SAM; ASAM's neighbourhood and a falling ρ are ways to move of their own, and m-sharpness a choice of
 * examples.
 */
const choices = ({
  direction,
  moves,
  examples,
  descent,
  when,
  interval,
  adaptive,
  sharpnessBatch,
  rhoMin,
}: ComposedConfig): string[] => [
  ...(direction.name === 'gradient' ? [] : ['direction']),
  ...(moves.name === 'all' ? [] : ['moves']),
  ...(examples.name === 'all' ? [] : ['examples']),
  ...(descent.name === 'above' ? [] : ['descent']),
  ...(when.name === 'every' && interval === 1 ? [] : ['when']),
  ...(adaptive ? ['adaptive'] : []),
  ...(sharpnessBatch === null ? [] : ['sharpnessBatch']),
  ...(rhoMin === null ? [] : ['rhoMin']),
];

const published: readonly ((choices: string, config: ComposedConfig) => boolean)[] = [
  (choices) => !choices.includes(','),
  // ASAM of sub-batches.
  (choices) => choices === 'adaptive,sharpnessBatch',
  // GSAM, whose ρ falls.
  (choices, { descent }) => choices === 'descent,rhoMin' && descent.name === 'gsam',
  // ESAM, of sub-batches too.
  (choices, { moves, examples }) =>
    ['moves,examples', 'moves,examples,sharpnessBatch'].includes(choices) &&
    moves.name === 'share' &&
    examples.name === 'rising',
  // LookSAM and, by the gradient norm, AE-LookSAM.
  (choices, { descent, when }) =>
    choices === 'descent,when' && descent.name === 'looksam' && ['every', 'gradient-norm'].includes(when.name),
  // Mueller et al. 2023 have SAM-ON in ASAM's neighbourhood too.
  (choices, { moves }) => choices === 'moves,adaptive' && moves.name === 'normalisations',
  // Li et al. 2024 put F-SAM's direction into ASAM too.
  (choices, { direction }) => choices === 'direction,adaptive' && direction.name === 'away-from-mean',
];

/** A choice on each of the five axes on which the other methods differ from SAM. */
export const composed = {
  schema: composedSchema,
  defaults: {
    name: 'composed',
    ...defaultClimb,
    ...plainSam,
    rhoMin: null,
    direction: { name: 'gradient' },
    moves: { name: 'share', beta: 0.6 },
    examples: { name: 'all' },
    descent: { name: 'gsam', alpha: 0.4 },
  },
  names: {
    composed: {
      help: 'Your own choice on each axis on which these methods differ: where to climb, what moves, which examples, how to descend, when.',
      label: 'Composed',
      color: '#B2182B',
      dash: [],
      shape: 'star',
      settings: {},
    },
  },
  nameOf: () => 'composed',
  phaseUnits: (config, epochs) => averaged(climbUnits(config), sgdUnits, config, epochs),
  mostPhaseUnits: (config, epochs) => mostAveraged(climbUnits(config), sgdUnits, config, epochs),
  experimental(config) {
    const chosen = choices(config).join(',');
    const { name } = config.direction;
    const isControl = name === 'last-gradient' || name === 'random';
    return !isControl && published.some((is) => is(chosen, config)) ? null : 'nobody has published this combination';
  },
  movesNormalisations: ({ moves }) => moves.name === 'normalisations',
  tensorShareOf: ({ moves }) => (moves.name === 'share' ? { beta: moves.beta, path: 'optimizer.moves.beta' } : null),
  gathers: ({ examples }) =>
    examples.name === 'rising' &&
    examples.secondPass === 'gathered' &&
    hasSelectionForward({ ...examples, alwaysRank: false }),
} satisfies Method<ComposedConfig, 'composed'> & { schema: z.ZodType };
