type Conditions = Readonly<Record<string, string>>;

/** What a run ran on last, as columns of its environment; NULL: not recorded. */
export const conditionColumns = `
  engine || ' on ' || device AS "engine", CAST(threads AS TEXT) AS "threads", iif(one_dnn, 'on', iif(one_dnn = 0, 'off', NULL)) AS "oneDnn",
  cpu_model || ' × ' || cpu_cores AS "processor", lab_version AS "lab",
  (SELECT iif(count(*) > 1, CAST(count(*) AS TEXT), NULL) FROM trained_in WHERE trained_in.run_id = run.id) AS "environments"`;
const columns = ['engine', 'threads', 'oneDnn', 'processor', 'lab', 'environments'] as const;
export type ConditionColumns = Readonly<Record<(typeof columns)[number], string | null>>;

/** As people read them. */
const names: Readonly<Record<(typeof columns)[number], string>> = {
  ...{ engine: 'engine', threads: 'threads', oneDnn: 'oneDNN', processor: 'processor', lab: 'lab' },
  environments: 'environments of one run',
};

/** Reads those columns as name → value; what was not recorded is left out. Few machines and versions stand behind many runs: each once. */
export const conditionReader = (): ((row: ConditionColumns) => Conditions) => {
  const known = new Map<string, Conditions>();
  return (row) => {
    const values = columns.map((column) => row[column]);
    const key = JSON.stringify(values);
    const found =
      known.get(key) ??
      Object.fromEntries(
        columns.flatMap((column, index): [string, string][] => {
          const value = values[index];
          return typeof value === 'string' ? [[names[column], value]] : [];
        }),
      );
    known.set(key, found);
    return found;
  };
};
