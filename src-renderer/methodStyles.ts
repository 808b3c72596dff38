export { styleOf, variantsOf } from '../shared/methods/variants.ts';
