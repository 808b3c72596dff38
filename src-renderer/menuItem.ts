/** A line of a menu. */
export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly title?: string;
  /** It cannot be chosen now. */
  readonly isOff?: boolean;
}
