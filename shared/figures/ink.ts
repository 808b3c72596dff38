/** What all figures are drawn with, in points of paper. */
export const ink = {
  text: '#1a1a1a',
  axis: '#4d4d4d',
  grid: '#e8e8e8',
  size: { tick: 7, label: 7.5, title: 8 },
  width: { axis: 0.6, grid: 0.4, line: 1.2, error: 0.8 },
  /** Radius of a mark. */
  mark: 2.9,
  /** Of a dot that is one run. */
  smallMark: 1.2,
} as const;
