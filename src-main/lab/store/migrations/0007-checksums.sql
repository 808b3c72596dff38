-- SHA-256 of what each epoch of a run has measured (epoch >= 1) and of the run's summary (epoch 0), written with them: a bit that flips in
-- the file is seen. Rows that are older than this table have none.

CREATE TABLE checksum (
  run_id INTEGER NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  sha256 TEXT NOT NULL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;
