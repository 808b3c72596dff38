-- Which lab this is, and which other ones its imported runs, experiments and speeds come from. What has no origin was made here.

CREATE TABLE lab_identity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  lab TEXT NOT NULL CHECK (length(lab) = 32)
) STRICT;

INSERT INTO lab_identity (id, lab) VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  lab TEXT NOT NULL UNIQUE CHECK (length(lab) = 32),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  is_example INTEGER NOT NULL CHECK (is_example IN (0, 1))
) STRICT;

CREATE TABLE run_origin (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  origin_id INTEGER NOT NULL REFERENCES origin (id),
  -- The run's number there.
  number INTEGER NOT NULL CHECK (number >= 1),
  -- Of which run it is and when it ended: the same is not imported twice.
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64)
) STRICT;

CREATE TABLE experiment_origin (
  experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id),
  origin_id INTEGER NOT NULL REFERENCES origin (id),
  number INTEGER NOT NULL CHECK (number >= 1)
) STRICT;

CREATE TABLE speed_origin (
  speed_measurement_id INTEGER PRIMARY KEY REFERENCES speed_measurement (id),
  origin_id INTEGER NOT NULL REFERENCES origin (id)
) STRICT;
