/** From where to where an axis goes. */
export interface Ends {
  readonly min: number;
  readonly max: number;
}

/** Where the pointer is, in pixels of the plot and in the units of its axes. */
export interface Pointed {
  readonly px: number;
  readonly py: number;
  readonly x: number;
  readonly y: number;
}
