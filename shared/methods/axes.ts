import { z } from 'zod';
import { named, setting } from '../settings/setting.ts';
import { alpha } from './alpha.ts';
import { aboutSelection, beta, secondPass } from './esam.ts';
import { lambda, sigma } from './friendly.ts';
import { gamma } from './gamma.ts';
import { theta } from './vasso.ts';
import { coupled, sharpnessWeight } from './wsam.ts';

const direction = setting(
  z.discriminatedUnion('name', [
    z.strictObject({ name: named('gradient', 'gradient') }),
    /** g − σ·m with the mean m ← λm + (1 − λ)g of earlier ones. */
    z.strictObject({
      name: named('away-from-mean', 'gradient less its mean (F-SAM)'),
      sigma: sigma.default(1),
      lambda: lambda.default(0.6),
    }),
    /** d ← (1 − θ)d + θg. */
    z.strictObject({ name: named('moving-mean', 'moving mean (VaSSO)'), theta: theta.default(0.9) }),
    /** Where the momentum has come from: θ − ρ·v/‖v‖. */
    z.strictObject({ name: named('against-momentum', 'against the momentum (MSAM)') }),
    /** The gradient that the step before descended along. */
    z.strictObject({ name: named('last-gradient', 'last step’s gradient') }),
    /** Every number from N(0, 1). */
    z.strictObject({ name: named('random', 'random, control') }),
  ]),
  {
    label: 'direction',
    help: 'Where a climb goes: along the gradient, or along what the step before, earlier ones or chance give; the last three need no first pass.',
  },
);

const moves = setting(
  z.discriminatedUnion('name', [
    z.strictObject({ name: named('all', 'all tensors') }),
    /** Each tensor with probability β, by ρ/β. */
    z.strictObject({ name: named('share', 'a random share (SWP)'), beta: beta.default(0.6) }),
    /** Their scales and offsets. */
    z.strictObject({ name: named('normalisations', 'normalisations (SAM-ON)') }),
  ]),
  { label: 'what moves', help: 'Which tensors a climb perturbs.' },
);

const examples = setting(
  z.discriminatedUnion('name', [
    z.strictObject({ name: named('all', 'all') }),
    /** The ⌊γB⌋ whose loss rises most descend. */
    z.strictObject({
      name: named('rising', 'those that rise most (SDS)'),
      gamma: gamma.default(0.5),
      selection: setting(z.enum(['sharpness', 'loss', 'random']).default('sharpness'), aboutSelection),
      secondPass: secondPass.default('reforward'),
    }),
    /** The ⌊γB⌋ of largest loss go through both passes. */
    z.strictObject({ name: named('largest-loss', 'largest loss, both passes (K-SAM)'), gamma: gamma.default(0.5) }),
  ]),
  { label: 'examples', help: 'Which examples of a batch a step uses.' },
);

const descent = setting(
  z.discriminatedUnion('name', [
    z.strictObject({ name: named('above', 'h (SAM)') }),
    z.strictObject({ name: named('gsam', 'GSAM'), alpha: alpha.default(0.4) }),
    z.strictObject({
      name: named('wsam', 'WSAM'),
      sharpnessWeight: sharpnessWeight.default(0.88),
      coupled: coupled.default(false),
    }),
    z.strictObject({ name: named('looksam', 'LookSAM'), alpha: alpha.default(0.1) }),
  ]),
  { label: 'descent', help: 'How the gradients g at θ and h at θ+ε become the update.' },
);

/** Where a climb goes, what moves, which examples are used, and how the gradients g at θ and h at θ+ε become an update. */
export const axes = { direction, moves, examples, descent };
