import { createHash } from 'node:crypto';

/** Where a bundle keeps what. A part of any other name belongs to no bundle. */
export const partNames = {
  manifest: 'bundle.json',
  experiments: 'experiments.json',
  speeds: 'speeds.json',
  /** Counted from 1, as the bundle's runs. */
  run: (place: number): string => `runs/${place}.json`,
  checkpoint: (place: number, fileName: string): string => `checkpoints/${place}/${fileName}`,
} as const;

const place = '[1-9]\\d{0,5}';
const jsonPart = new RegExp(`^(?:bundle|experiments|speeds|runs/${place})\\.json$`);
const checkpointPart = new RegExp(`^checkpoints/${place}/epoch-\\d{4,}-step-\\d{8,}\\.ckpt$`);

export const kindOfPart = (name: string): 'json' | 'checkpoint' | null =>
  jsonPart.test(name) ? 'json' : checkpointPart.test(name) ? 'checkpoint' : null;

/** All JSON of a bundle together: it is held in memory while it is checked and imported. */
export const mostJsonBytes = 256 * 1024 * 1024;
/** `bundle.json`, `experiments.json`, `speeds.json` and the runs, each with up to a few checkpoints. */
export const mostParts = 100_000;

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
