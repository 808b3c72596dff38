interface Radius {
  readonly rho: number;
  readonly rhoMin: number | null;
  /** η₀. */
  readonly learningRate: number;
}

/** ρ at a learning rate: it stays, or falls with that from ρ at η₀ to ρ min at 0 (Zhuang et al. 2022). */
export const radiusOf =
  ({ rho, rhoMin, learningRate: initial }: Radius) =>
  (learningRate: number): number =>
    rhoMin === null ? rho : rhoMin + ((rho - rhoMin) * learningRate) / initial;
