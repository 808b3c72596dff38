import { countText } from './numberText.ts';

/** "1 run", "2,000 runs". @param plural - where it is not the noun with an s. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${countText(count)} ${count === 1 ? noun : plural}`;
