// Hundreds of small files, which nobody should wait for before the first question: loaded when first asked, and one file in the bundle.
'use strict';
module.exports = {
  tCdf: require('@stdlib/stats-base-dists-t-cdf'),
  tQuantile: require('@stdlib/stats-base-dists-t-quantile'),
  gammaln: require('@stdlib/math-base-special-gammaln'),
};
