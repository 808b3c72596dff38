-- Experiments, their runs, and everything measured in them.
-- Fractions are 0-1, times milliseconds, timestamps ISO 8601 in UTC. SQLite stores NaN as NULL: non_finite says which NULLs were that.

CREATE TABLE experiment (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment_id INTEGER NOT NULL REFERENCES experiment (id),
  config TEXT NOT NULL CHECK (json_valid(config)),
  group_hash TEXT NOT NULL CHECK (length(group_hash) = 64),
  seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 4294967295),
  state TEXT NOT NULL CHECK (
    state IN ('queued', 'running', 'finished', 'stopped', 'cancelled', 'diverged', 'failed', 'interrupted')
  ),
  reason TEXT,
  stop_requested TEXT CHECK (stop_requested IN ('now', 'after-epoch')),
  queue_position INTEGER,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  CHECK ((state = 'queued') = (queue_position IS NOT NULL)),
  CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL)),
  CHECK (state NOT IN ('running', 'finished') OR started_at IS NOT NULL),
  CHECK (deleted = 0 OR ended_at IS NOT NULL)
) STRICT;

CREATE INDEX run_by_group ON run (group_hash, seed);
CREATE INDEX run_by_experiment ON run (experiment_id);
CREATE INDEX run_by_state ON run (state);

CREATE TABLE environment (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  engine TEXT NOT NULL,
  device TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_cores INTEGER NOT NULL CHECK (cpu_cores >= 1),
  memory_bytes REAL NOT NULL CHECK (memory_bytes >= 0),
  platform TEXT NOT NULL,
  node_version TEXT NOT NULL,
  lab_version TEXT NOT NULL,
  dataset_sha256 TEXT NOT NULL,
  parameter_count INTEGER NOT NULL CHECK (parameter_count >= 1),
  parameter_tensors INTEGER NOT NULL CHECK (parameter_tensors >= 1),
  train_examples INTEGER NOT NULL CHECK (train_examples >= 1),
  test_examples INTEGER NOT NULL CHECK (test_examples >= 1)
) STRICT;

CREATE TABLE epoch (
  run_id INTEGER NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  learning_rate REAL NOT NULL CHECK (learning_rate >= 0),
  train_loss REAL,
  train_accuracy REAL NOT NULL CHECK (train_accuracy BETWEEN 0 AND 1),
  test_loss REAL,
  test_accuracy REAL NOT NULL CHECK (test_accuracy BETWEEN 0 AND 1),
  images_per_second REAL CHECK (images_per_second >= 0),
  steps INTEGER NOT NULL CHECK (steps >= 0),
  images INTEGER NOT NULL CHECK (images >= 0),
  train_ms REAL NOT NULL CHECK (train_ms >= 0),
  evaluation_ms REAL NOT NULL CHECK (evaluation_ms >= 0),
  active_ms REAL NOT NULL CHECK (active_ms >= 0),
  steps_perturbed INTEGER NOT NULL CHECK (steps_perturbed >= 0),
  perturbed_tensor_share REAL NOT NULL CHECK (perturbed_tensor_share BETWEEN 0 AND 1),
  kept_example_share REAL NOT NULL CHECK (kept_example_share BETWEEN 0 AND 1),
  non_finite INTEGER NOT NULL CHECK (non_finite IN (0, 1)),
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE step (
  run_id INTEGER NOT NULL REFERENCES run (id),
  step INTEGER NOT NULL CHECK (step >= 1),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  active_ms REAL NOT NULL CHECK (active_ms >= 0),
  loss_before REAL,
  loss_after REAL,
  batch_examples INTEGER NOT NULL CHECK (batch_examples >= 0),
  kept_examples INTEGER NOT NULL CHECK (kept_examples >= 0),
  parameter_tensors INTEGER NOT NULL CHECK (parameter_tensors >= 0),
  perturbed_tensors INTEGER NOT NULL CHECK (perturbed_tensors >= 0),
  gradient_norm REAL,
  perturbation_norm REAL,
  sharpness_kept REAL,
  sharpness_dropped REAL,
  non_finite INTEGER NOT NULL CHECK (non_finite IN (0, 1)),
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

-- Milliseconds per phase: of one sampled step, or (step 0) the mean over the steps of an epoch. Phases of no duration have no row.
CREATE TABLE phase_time (
  run_id INTEGER NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  step INTEGER NOT NULL CHECK (step >= 0),
  phase TEXT NOT NULL CHECK (
    phase IN ('input', 'forward1', 'backward1', 'perturb', 'selectionForward', 'forward2', 'backward2', 'update')
  ),
  ms REAL NOT NULL CHECK (ms >= 0),
  PRIMARY KEY (run_id, epoch, step, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_line (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run (id),
  at TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  text TEXT NOT NULL
) STRICT;

CREATE INDEX log_line_by_run ON log_line (run_id, id);

-- What the queue remembers between two starts; one row.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1))
) STRICT;

INSERT INTO queue (id, paused) VALUES (1, 0);
