/** A setting of a rule's own that cannot do what it says, and why. */
export interface Unusable {
  /** In the rule's configuration. */
  readonly path: string;
  readonly message: string;
}

/** All that the lab knows of a base rule beside how to compute it: what becomes of the gradient that a method arrives at. */
export interface Rule<Config> {
  /** In fields, tables and refusals. */
  readonly label: string;
  /** What an arm that changes to this rule starts from: another rule's steps are of another size. */
  readonly start: { readonly rule: Config; readonly learningRate: number; readonly weightDecay: number };
  /** Whether its momentum can be Nesterov's. */
  readonly hasNesterov: boolean;
  /** A weight that the loss does not move is multiplied by 1 − ηλ in each step: the ηλ from which it grows without end. */
  growsFrom(momentum: number): number;
  unusable(config: Config): Unusable | null;
}
