import type { RunConfig } from '../runConfig.ts';

type PathsOf<T> = T extends unknown
  ? {
      [K in keyof T & string]: T[K] extends readonly unknown[] ? K : T[K] extends object ? `${K}.${PathsOf<T[K]>}` : K;
    }[keyof T & string]
  : never;

/** Dotted path of a setting in a RunConfig, of whatever method and schedule. */
export type SettingPath = PathsOf<RunConfig>;

/** All that is told about a setting, wherever it is shown. */
export interface Setting {
  /** In the researcher's words; lower case but for names. */
  readonly label: string;
  /** The paper's letter, or a shorter word: shown in place of the label where there is little room. */
  readonly symbol?: string;
  /** Of its number, beside a field. */
  readonly unit?: string;
  /** One sentence: what it changes. */
  readonly help: string;
  /** What values say that would not speak for themselves, by the value's own text ("null", "0"). */
  readonly texts?: Readonly<Record<string, string>>;
}

export type Settings = Partial<Record<SettingPath, Setting>>;
