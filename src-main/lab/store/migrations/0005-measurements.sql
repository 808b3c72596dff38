-- What is measured beside loss and accuracy, by name: of one sampled step, or (step 0) the mean over the steps of an epoch that have it.
-- NULL: the value was not finite. No row: no pass gave it.

CREATE TABLE measurement (
  run_id INTEGER NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  step INTEGER NOT NULL CHECK (step >= 0),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  value REAL,
  PRIMARY KEY (run_id, epoch, step, name)
) STRICT, WITHOUT ROWID;
