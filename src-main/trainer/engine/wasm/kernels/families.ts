// What the host and the kernels agree on: TypeScript and AssemblyScript at once. A family's folder holds its kernels; table.ts in it gives
// their numbers, from the family's own on, and the places of their arguments.

/** Numbers that a family has for its kernels. */
export const numbersOfFamily = 256;

export const convolutions = 0 * numbersOfFamily;
export const matrices = 1 * numbersOfFamily;
export const normalizations = 2 * numbersOfFamily;
export const elementwise = 3 * numbersOfFamily;
export const poolings = 4 * numbersOfFamily;
export const tokens = 5 * numbersOfFamily;
export const moves = 6 * numbersOfFamily;
