-- How the list of runs is looked at: what is asked for, which columns, in which order; by name.

CREATE TABLE run_view (
  name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 60),
  definition TEXT NOT NULL CHECK (json_valid(definition))
) STRICT, WITHOUT ROWID;
