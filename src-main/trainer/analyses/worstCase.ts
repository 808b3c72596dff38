import type { Tensor } from '../engine/ops.ts';
import type { LossFunction } from './subject.ts';
import type { Vector } from './vectors.ts';

/** The ball in which the worst case is sought: ‖ε‖ ≤ ρ, or ‖ε/|θ|‖ ≤ ρ where it is adaptive. */
export interface Ball {
  readonly rho: number;
  readonly isAdaptive: boolean;
}

/**
 * The loss over a ball, in coordinates u in which it is round: ε = u, or ε = |θ|·u where it is adaptive. A sign of θ turns u and changes
 * neither norms nor losses, so θ·u serves.
 */
const roundBall = (along: LossFunction, { isAdaptive }: Ball) => {
  const { vectors, parameters } = along;
  const stretched = (u: Vector): Tensor[] => (isAdaptive ? vectors.product(parameters, u) : vectors.copied(u));
  const at = <R>(u: Vector, use: (where: Vector) => R): R => {
    const step = stretched(u);
    const where = vectors.combined(step, 1, parameters);
    const result = use(where);
    [step, where].forEach(vectors.dispose);
    return result;
  };
  return {
    loss: (u: Vector): number => at(u, along.loss),
    gradient: (u: Vector): Tensor[] => {
      const gradient = at(u, along.gradient);
      const inU = stretched(gradient);
      vectors.dispose(gradient);
      return inU;
    },
  };
};

/** Rise of the loss after one gradient step to the ball's edge: SAM's, or ASAM's. */
export const oneStepRise = (along: LossFunction, ball: Ball): number => {
  const { vectors, parameters } = along;
  const round = roundBall(along, ball);
  const origin = vectors.scaled(parameters, 0);
  const gradient = round.gradient(origin);
  const u = vectors.scaled(gradient, ball.rho / (vectors.norm(gradient) + 1e-12));
  const rise = round.loss(u) - along.loss();
  [origin, gradient, u].forEach(vectors.dispose);
  return rise;
};

/** Steps after which the step size is looked at. @see Croce and Hein 2020, section 3 */
const checkpointsOf = (steps: number): ReadonlySet<number> => {
  const shares = [0, 0.22];
  for (let last = 0.22, before = 0; last < 1;) {
    const next = last + Math.max(last - before - 0.03, 0.06);
    shares.push(next);
    [before, last] = [last, next];
  }
  return new Set(shares.map((share) => Math.ceil(share * steps)).filter((step) => step > 0));
};

/**
 * Largest rise of the loss that Auto-PGD finds in the ball: normalised gradient steps with momentum, projected, of size 2ρ at first, halved
 * from the best point where they stop paying. @see Croce and Hein 2020, Alg. 1; Andriushchenko et al. 2023
 */
export const apgdRise = async (
  along: LossFunction,
  ball: Ball,
  steps: number,
  pause: () => Promise<void>,
): Promise<number> => {
  const { vectors, parameters } = along;
  const { rho } = ball;
  const round = roundBall(along, ball);
  const base = along.loss();
  const projected = (u: Tensor[]): Tensor[] => {
    const norm = vectors.norm(u);
    if (norm <= rho) return u;
    const inside = vectors.scaled(u, rho / norm);
    vectors.dispose(u);
    return inside;
  };
  const looks = checkpointsOf(steps);
  let size = 2 * rho;
  let here = vectors.scaled(parameters, 0);
  let before = vectors.copied(here);
  let best = { u: vectors.copied(here), loss: base };
  let [rises, lookedAt, hereLoss] = [0, 0, base];
  let atLastLook = { size, loss: base };

  for (let step = 1; step <= steps; step++) {
    await pause();
    const gradient = round.gradient(here);
    const norm = vectors.norm(gradient);
    const target = projected(vectors.combined(gradient, size / (norm + 1e-12), here));
    // The first step has no momentum.
    const share = step === 1 ? 1 : 0.75;
    const pushed = projected(mixed(along, target, here, before, share));
    [gradient, target, before].forEach(vectors.dispose);
    before = here;
    here = pushed;
    const loss = round.loss(here);
    if (loss > hereLoss) rises++;
    hereLoss = loss;
    if (loss > best.loss) {
      vectors.dispose(best.u);
      best = { u: vectors.copied(here), loss };
    }
    if (!looks.has(step)) continue;
    const isStuck = atLastLook.size === size && atLastLook.loss === best.loss;
    const paid = rises >= 0.75 * (step - lookedAt);
    atLastLook = { size, loss: best.loss };
    if (!paid || isStuck) {
      size /= 2;
      [here, before].forEach(vectors.dispose);
      here = vectors.copied(best.u);
      before = vectors.copied(best.u);
      hereLoss = best.loss;
    }
    [rises, lookedAt] = [0, step];
  }
  [here, before, best.u].forEach(vectors.dispose);
  return best.loss - base;
};

/** here + share·(target − here) + (1 − share)·(here − before). */
const mixed = ({ vectors }: LossFunction, target: Vector, here: Vector, before: Vector, share: number): Tensor[] => {
  const toTarget = vectors.combined(here, -1, target);
  const ahead = vectors.combined(toTarget, share, here);
  const momentum = vectors.combined(before, -1, here);
  const sum = vectors.combined(momentum, 1 - share, ahead);
  [toTarget, ahead, momentum].forEach(vectors.dispose);
  return sum;
};
