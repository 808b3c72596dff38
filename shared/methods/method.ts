import type { Phase } from '../metrics.ts';

/** Cost of each phase of a step, where a batch's forward pass = activation gradient = weight gradient = 1. */
export type PhaseUnits = Readonly<Record<Phase, number>>;

export const noUnits: PhaseUnits = {
  input: 0,
  forward1: 0,
  backward1: 0,
  perturb: 0,
  selectionForward: 0,
  forward2: 0,
  backward2: 0,
  update: 0,
};

export type PointShape = 'circle' | 'rect' | 'triangle' | 'rectRot' | 'star' | 'cross' | 'crossRot';

/** What a method is called and how it is drawn: the same everywhere; dash and shape say the same as the colour. */
export interface MethodLook {
  readonly label: string;
  /** One sentence for whoever meets it for the first time. */
  readonly help: string;
  /** Of Okabe and Ito's while they last. */
  readonly color: string;
  /** Line dash in pixels; empty = solid. Methods that share one differ in lightness, for print, and in colour for every kind of sight. */
  readonly dash: readonly number[];
  readonly shape: PointShape;
}

/** A method by one of its names, and the settings that it goes by that name for. */
export interface MethodName<Config> extends MethodLook {
  readonly settings: Partial<Config>;
}

/** β of a method that draws the tensors that it moves, and that setting's path. */
export interface TensorShare {
  readonly beta: number;
  readonly path: string;
}

/**
 * All that the lab knows of a method beside how to compute it. Functions are only given configurations of the method's own.
 * @typeParam Id - the names that it goes by in tables and charts.
 */
export interface Method<Config, Id extends string> {
  /** What a new arm begins with; its name's settings come on top. */
  readonly defaults: Config;
  readonly names: Readonly<Record<Id, MethodName<Config>>>;
  nameOf(config: Config): Id;
  /** Predicted mean cost of a step in a run of so many epochs; null where it depends on the data. */
  phaseUnits(config: Config, epochs: number): PhaseUnits | null;
  /** The most that `phaseUnits` can be. */
  mostPhaseUnits(config: Config, epochs: number): PhaseUnits;
  /** Why nobody's results can be compared with this combination's: nobody has published it. Null where somebody has. */
  experimental(config: Config): string | null;
  /** Whether it moves the scales and offsets of normalisations only. */
  movesNormalisations(config: Config): boolean;
  /** Null where it draws none. */
  tensorShareOf(config: Config): TensorShare | null;
  /** Whether it keeps the activations of a whole batch to gather some of them; where none is left out, it gathers none. */
  gathers(config: Config): boolean;
}

/** Of a method that moves every tensor, and gathers nothing. */
export const movingAll = {
  movesNormalisations: () => false,
  tensorShareOf: () => null,
  gathers: () => false,
} as const;
