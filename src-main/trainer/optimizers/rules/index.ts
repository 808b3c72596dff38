import type { Training, UpdateRule } from '../objective.ts';
import { sgdRule, type SgdSettings } from './sgd.ts';

/** Base rules: what becomes of the gradient that a method arrives at. */
const rules = { sgd: sgdRule } as const;

/** The base rule that a configuration names, working on the given training state. */
export const ruleOf = (training: Training, settings: SgdSettings): UpdateRule => rules.sgd(training, settings);
