import type { Notation } from '../shared/results/formats.ts';
import { formatMeasuredDuration, none } from './format.ts';

/** How the table of results writes its values on screen. */
export const resultNotation: Notation = {
  escape: (text) => text,
  ...{ plusMinus: '±', percent: '%', minus: '−', dash: none },
  duration: { unit: null, text: formatMeasuredDuration },
};
