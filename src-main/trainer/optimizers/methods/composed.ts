import { isBlindDirection, type BlindChoice } from '../../../../shared/methods/composed.ts';
import type { ConfigOf } from '../../../../shared/methods/index.ts';
import { againstMomentum, lastGradient, randomDirection, type BlindDirection } from '../ascent/blind.ts';
import { alongGradient, type Direction } from '../ascent/direction.ts';
import { awayFromMean } from '../ascent/friendly.ts';
import { everything, normalisations, tensorShare, type Moves } from '../ascent/moves.ts';
import { movingMean } from '../ascent/movingMean.ts';
import { radiusOf } from '../ascent/radius.ts';
import { climbing } from '../climb.ts';
import { descendAbove, type Descent } from '../descent/descent.ts';
import { againstOrthogonal } from '../descent/gsam.ts';
import { reusingPart } from '../descent/lookSam.ts';
import { weighingSharpness } from '../descent/wsam.ts';
import type { Optimizer } from '../objective.ts';
import { onePass } from '../onePass.ts';
import type { Examples } from '../selection/examples.ts';
import { largestLosses } from '../selection/largestLosses.ts';
import { rising } from '../selection/rising.ts';
import type { Parts } from './parts.ts';
import { sam } from './sam.ts';

type Settings = ConfigOf<'composed'>;

/** The choice that the settings make on each axis. Directions that need no gradient at θ make a step of one pass. */
export const composed = (parts: Parts, settings: Settings): Optimizer => {
  const { training, rule } = parts;
  const { adaptive, direction } = settings;
  const moves = movesOf(parts, settings);
  const share = settings.moves.name === 'share' ? settings.moves.beta : 1;
  const whole = radiusOf(settings);
  const radiusAt = (learningRate: number): number => whole(learningRate) / share;
  if (isBlindDirection(direction)) {
    const decaysAbove = direction.name === 'against-momentum'; // as in MSAM
    const blind = blindDirectionOf(parts, direction);
    return onePass(parts, { direction: blind, ...{ moves, radiusAt, isAdaptive: adaptive, decaysAbove } });
  }
  return climbing(training, rule, {
    ...sam(parts, settings),
    direction: directionOf(parts, direction),
    ...{ moves, radiusAt },
    examples: examplesOf(parts, settings),
    descent: descentOf(parts, settings),
  });
};

const blindDirectionOf = ({ training, rule, chances }: Parts, { name }: BlindChoice): BlindDirection => {
  switch (name) {
    case 'against-momentum':
      return againstMomentum(training, rule);
    case 'last-gradient':
      return lastGradient(training);
    case 'random':
      return randomDirection(training, chances.direction);
  }
};

const directionOf = ({ training }: Parts, direction: Exclude<Settings['direction'], BlindChoice>): Direction => {
  switch (direction.name) {
    case 'gradient':
      return alongGradient;
    case 'away-from-mean':
      return awayFromMean(training, direction);
    case 'moving-mean':
      return movingMean(training, direction.theta);
  }
};

const movesOf = ({ training, chances }: Parts, { moves }: Settings): Moves => {
  switch (moves.name) {
    case 'all':
      return everything;
    case 'share':
      return tensorShare(training.state.parameters.length, moves.beta, chances.uniform, false);
    case 'normalisations':
      return normalisations(training.roles);
  }
};

const examplesOf = (parts: Parts, settings: Settings): Examples => {
  const { training, chances } = parts;
  const { examples, bnStatistics } = settings;
  switch (examples.name) {
    case 'all':
      return sam(parts, settings).examples;
    case 'rising':
      return rising(training, { ...examples, bnStatistics, alwaysRank: false }, chances.subset);
    case 'largest-loss':
      return largestLosses(training.ops, examples.gamma, bnStatistics);
  }
};

const descentOf = ({ training, rule }: Parts, { descent }: Settings): Descent => {
  switch (descent.name) {
    case 'above':
      return descendAbove(rule);
    case 'gsam':
      return againstOrthogonal(training, rule, descent.alpha);
    case 'wsam':
      return weighingSharpness(training, rule, { gamma: descent.sharpnessWeight, coupled: descent.coupled });
    case 'looksam':
      return reusingPart(training, rule, descent.alpha, true);
  }
};
