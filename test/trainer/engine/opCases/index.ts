import type { OpCase } from '../opCase.ts';
import { classificationCases } from './classifications.ts';
import { convolutionCases } from './convolutions.ts';
import { elementwiseCases } from './elementwise.ts';
import { normalizationCases } from './normalizations.ts';
import { poolingCases } from './poolings.ts';
import { reductionCases } from './reductions.ts';
import { shapeCases } from './shapes.ts';
import { tokenCases } from './tokens.ts';
import { updateCases } from './updates.ts';

/** Every op of the table, at the sizes and edges where engines have been wrong. */
export const opCases: readonly OpCase[] = [
  ...convolutionCases,
  ...normalizationCases,
  ...poolingCases,
  ...classificationCases,
  ...elementwiseCases,
  ...reductionCases,
  ...shapeCases,
  ...tokenCases,
  ...updateCases,
];
