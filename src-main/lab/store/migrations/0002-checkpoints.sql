-- Checkpoints that runs can go on from. A row comes after its file is whole and in place, and goes before the file does.

CREATE TABLE checkpoint (
  run_id INTEGER NOT NULL REFERENCES run (id),
  file_name TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  epoch_step INTEGER NOT NULL CHECK (epoch_step >= 0),
  step INTEGER NOT NULL CHECK (step >= 0),
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 1),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  PRIMARY KEY (run_id, file_name)
) STRICT, WITHOUT ROWID;
