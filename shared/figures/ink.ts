/** Colours that say nothing of the data: what a figure stands on decides them. */
export type Tone = 'paper' | 'text' | 'axis' | 'grid';
export type Tones = Readonly<Record<Tone, string>>;

/** Of figures that are saved. */
export const onPaper: Tones = { paper: '#ffffff', text: '#1a1a1a', axis: '#4d4d4d', grid: '#e8e8e8' };

/** A colour of a scene, which is a tone or "#rrggbb", as the latter. */
export const seenIn = (tones: Tones, color: string): string =>
  (tones as Readonly<Record<string, string>>)[color] ?? color;

/** What all figures are drawn with, in points of paper. */
export const ink = {
  ...({ paper: 'paper', text: 'text', axis: 'axis', grid: 'grid' } satisfies Record<Tone, Tone>),
  size: { tick: 7, label: 7.5, title: 8 },
  width: { axis: 0.6, grid: 0.4, line: 1.2, error: 0.8 },
  /** Radius of a mark. */
  mark: 2.9,
  /** Of a dot that is one run. */
  smallMark: 1.2,
} as const;
