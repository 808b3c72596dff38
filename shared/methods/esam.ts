import { z } from 'zod';
import { senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import { gamma } from './gamma.ts';
import { movingAll, noUnits, type Method, type PhaseUnits } from './method.ts';
import { defaultSam, plainSam, sharpnessAware } from './sam.ts';
import { setting, type Setting } from '../settings/setting.ts';
import { sgdUnits } from './sgd.ts';
import { averaged, mostAveraged, unpublishedTimes } from './when.ts';

/** ESAM without any of the variations that later work, or the release, made of it. */
export const plainEsam = {
  ...plainSam,
  maskDrawn: 'before-step',
  alwaysRank: false,
  selectionPrecision: 'same',
} as const;

export const beta = setting(z.number().gt(0).max(1), {
  label: 'beta',
  symbol: 'β',
  help: 'Probability with which each parameter tensor is perturbed (stochastic weight perturbation).',
});

/** Of all that can rank; a method may leave some out. */
export const aboutSelection: Setting = {
  label: 'selection',
  help: 'What ranks the examples.',
  texts: {
    sharpness: 'largest Δ',
    'sharpness-strict': 'largest Δ, strict',
    loss: 'largest loss',
    random: 'random',
    positive: 'all Δ > 0',
  },
};

export const secondPass = setting(z.enum(['reforward', 'gathered']), {
  label: 'second pass',
  help: 'Whether the kept examples are forwarded again, or the activations that the selection made of them go backward.',
  texts: { reforward: 'second forward', gathered: 'gathered' },
});

const esamFields = z.strictObject({
  name: z.literal('esam'),
  ...sharpnessAware,
  beta,
  gamma,
  /** No norm at all is the paper's letter; that of all tensors pays for all of B_w. */
  perturbation: setting(z.enum(['masked-norm', 'unnormalized', 'full-norm']), {
    label: 'perturbation',
    help: 'Which norm the gradient is divided by: over the chosen tensors, none, or over all tensors.',
    texts: { 'masked-norm': 'norm of chosen tensors', unnormalized: 'no norm', 'full-norm': 'norm of all tensors' },
  }),
  /** `sharpness-strict` has the release's cut-off, `random` is a control, and `positive` keeps what it keeps, whatever γ says. */
  selection: setting(z.enum(['sharpness', 'sharpness-strict', 'loss', 'random', 'positive']), aboutSelection),
  secondPass,
  selectionPrecision: setting(z.enum(['same', 'bfloat16']).default(plainEsam.selectionPrecision), {
    label: 'selection precision',
    help: 'Precision of the forward pass that only ranks the examples.',
    texts: { same: 'as in training', bfloat16: 'bfloat16' },
  }),
  /** The release does it after the step, so that its first step perturbs every tensor, scaled by 1/β. */
  maskDrawn: setting(z.enum(['before-step', 'after-step']).default(plainEsam.maskDrawn), {
    label: 'mask drawn',
    help: 'When the tensors to be perturbed are chosen.',
    texts: { 'before-step': 'before the step', 'after-step': 'after the step' },
  }),
  alwaysRank: setting(z.boolean().default(plainEsam.alwaysRank), {
    label: 'always rank',
    help: 'Rank even at γ = 1, where it changes nothing but the speed, as the authors’ release does.',
  }),
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
  const ranks = gamma < 1 || selection === 'positive' || alwaysRank;
  const needsLossesAbove = secondPass === 'gathered' || (selection !== 'loss' && selection !== 'random');
  return ranks && needsLossesAbove;
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
    forward2: secondPass === 'gathered' && hasSelectionForward(config) ? 0 : gamma,
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
  phaseUnits: (config, epochs) =>
    config.selection === 'positive' ? null : averaged(perturbedUnits(config), sgdUnits, config, epochs),
  mostPhaseUnits(config, epochs) {
    const keepsAll = { ...config, selection: 'sharpness', alwaysRank: true, gamma: 1 } as const;
    const ranked = config.selection === 'positive' ? keepsAll : config;
    return mostAveraged(perturbedUnits(ranked), sgdUnits, config, epochs);
  },
  experimental(config) {
    return config.adaptive ? 'nobody has published ESAM in ASAM’s neighbourhood' : unpublishedTimes(config);
  },
  ...movingAll,
  tensorShareOf: ({ beta }) => ({ beta, path: 'optimizer.beta' }),
  gathers: (config) => config.secondPass === 'gathered' && hasSelectionForward(config),
} satisfies Method<EsamConfig, 'esam' | 'esam-swp' | 'esam-sds'> & { schema: z.ZodType };
