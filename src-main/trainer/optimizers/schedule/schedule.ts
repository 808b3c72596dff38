import type { Memory } from '../objective.ts';

/** When a method climbs: known before a step (`climbs` of the steps done), or only from ‖g‖² of the gradient at θ. */
export type Schedule =
  | { readonly looksAt: 'step'; climbs(step: number): boolean; readonly memory: Memory | null }
  | {
      readonly looksAt: 'gradient';
      climbs(step: number, squaredNorm: number): boolean;
      readonly memory: Memory | null;
    };
