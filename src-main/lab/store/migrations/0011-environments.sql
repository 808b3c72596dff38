-- Every environment that a run trained in, from which epoch and step on: a run that goes on elsewhere keeps where it was before.
-- Only changes have a row; a run without any trained in the one of `environment`, as far as is known.

CREATE TABLE trained_in (
  run_id INTEGER NOT NULL REFERENCES run (id),
  -- Epochs and steps of the run done when it began there.
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  step INTEGER NOT NULL CHECK (step >= 0),
  environment TEXT NOT NULL CHECK (json_valid(environment)),
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
