import { z } from 'zod';
import { senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import { noUnits, type Method, type PhaseUnits } from './method.ts';
import { defaultSam, plainSam, sharpnessAware } from './sam.ts';
import { sgdUnits } from './sgd.ts';
import { averaged, mostAveraged, unpublishedTimes } from './when.ts';

/** ESAM without any of the variations that later work, or the release, made of it. */
export const plainEsam = {
  ...plainSam,
  maskDrawn: 'before-step',
  alwaysRank: false,
  selectionPrecision: 'same',
} as const;

const share = z.number().gt(0).max(1);

const esamFields = z.strictObject({
  name: z.literal('esam'),
  ...sharpnessAware,
  /** β, the probability with which each parameter tensor is perturbed (SWP). */
  beta: share,
  /** γ, the share of a batch's examples that the update uses (SDS). */
  gamma: share,
  /** ‖g‖ over the chosen tensors; no norm at all (the paper's letter); or ‖g‖ over all tensors, which pays for all of B_w. */
  perturbation: z.enum(['masked-norm', 'unnormalized', 'full-norm']),
  /**
   * What ranks the examples: Δ, Δ with the release's strict cut-off, the first loss, or chance (a control); `positive` keeps all
   * with Δ > 0, whatever γ says.
   */
  selection: z.enum(['sharpness', 'sharpness-strict', 'loss', 'random', 'positive']),
  /** 𝔹⁺ is forwarded again, or the selection forward's activations of 𝔹⁺ alone go backward. */
  secondPass: z.enum(['reforward', 'gathered']),
  /** Of the forward pass that only ranks the examples. */
  selectionPrecision: z.enum(['same', 'bfloat16']).default(plainEsam.selectionPrecision),
  /** When the mask is drawn; the release does it after the step, so that its first step perturbs every tensor, scaled by 1/β. */
  maskDrawn: z.enum(['before-step', 'after-step']).default(plainEsam.maskDrawn),
  /** Rank even at γ = 1, where it changes nothing but the speed, as the release does. */
  alwaysRank: z.boolean().default(plainEsam.alwaysRank),
});
const esamSchema = refusing(esamFields, senselessClimb);
export type EsamConfig = z.infer<typeof esamSchema>;

/** Whether the step forwards the whole batch at θ+ε before the update's own pass. */
export const hasSelectionForward = ({
  gamma,
  selection,
  secondPass,
  alwaysRank,
}: Pick<EsamConfig, 'gamma' | 'selection' | 'secondPass' | 'alwaysRank'>): boolean => {
  if (secondPass === 'gathered') return true;
  const needsLossesAbove = selection !== 'loss' && selection !== 'random';
  return needsLossesAbove && (gamma < 1 || selection === 'positive' || alwaysRank);
};

/** 1 + (1 + β) + [selection forward] + 3γ, of a step that perturbs. */
const perturbedUnits = (config: EsamConfig): PhaseUnits => {
  const { beta, gamma, perturbation, secondPass, when } = config;
  // Where the gradient decides whether to climb, it has to be that of all tensors.
  const needsAll = perturbation === 'full-norm' || when.name === 'gradient-norm';
  return {
    ...noUnits,
    forward1: 1,
    backward1: 1 + (needsAll ? 1 : beta),
    selectionForward: hasSelectionForward(config) ? 1 : 0,
    forward2: secondPass === 'gathered' ? 0 : gamma,
    backward2: 2 * gamma,
  };
};

/** With γ = 1 it only perturbs (SWP), with β = 1 it only selects (SDS). */
export const esam = {
  schema: esamSchema,
  defaults: {
    name: 'esam',
    ...defaultSam,
    ...plainEsam,
    beta: 0.6,
    gamma: 0.5,
    perturbation: 'masked-norm',
    selection: 'sharpness',
    secondPass: 'reforward',
  },
  names: {
    esam: {
      help: 'SAM that perturbs a random share β of the tensors, and updates on the share γ of the examples whose loss rises most (Du et al. 2022).',
      label: 'ESAM',
      color: '#D55E00',
      dash: [],
      shape: 'triangle',
      settings: { beta: 0.6, gamma: 0.5 },
    },
    'esam-swp': {
      help: 'The first half of ESAM alone: it perturbs a random share β of the tensors.',
      label: 'ESAM-SWP',
      color: '#009E73',
      dash: [9, 3, 2, 3],
      shape: 'rectRot',
      settings: { beta: 0.6, gamma: 1 },
    },
    'esam-sds': {
      help: 'The second half of ESAM alone: it updates on the share γ of the examples whose loss rises most.',
      label: 'ESAM-SDS',
      color: '#CC79A7',
      dash: [4, 3],
      shape: 'star',
      settings: { beta: 1, gamma: 0.5 },
    },
  },
  nameOf({ beta, gamma }) {
    if (gamma === 1 && beta < 1) return 'esam-swp';
    return beta === 1 && gamma < 1 ? 'esam-sds' : 'esam';
  },
  phaseUnits: (config) => (config.selection === 'positive' ? null : averaged(perturbedUnits(config), sgdUnits, config)),
  mostPhaseUnits(config) {
    const keepsAll = { ...config, selection: 'sharpness', alwaysRank: true, gamma: 1 } as const;
    return mostAveraged(perturbedUnits(config.selection === 'positive' ? keepsAll : config), sgdUnits, config);
  },
  experimental(config) {
    return config.adaptive ? 'nobody has published ESAM in ASAM’s neighbourhood' : unpublishedTimes(config);
  },
} satisfies Method<EsamConfig, 'esam' | 'esam-swp' | 'esam-sds'> & { schema: z.ZodType };
