-- What the epochs of a run tell, in one row, written in the same transaction as they are: lists and comparisons read no epoch.
-- A run without an epoch has none.

CREATE TABLE run_summary (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  -- The last one that ended.
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  epochs_done INTEGER NOT NULL CHECK (epochs_done >= 1),
  best_test_accuracy REAL NOT NULL,
  -- The first epoch that reached it.
  best_epoch INTEGER NOT NULL,
  last_test_accuracy REAL NOT NULL,
  -- Medians over epochs; NULLs are left out.
  images_per_second REAL,
  epoch_ms REAL NOT NULL,
  evaluation_ms REAL NOT NULL,
  -- Of all epochs together.
  train_ms REAL NOT NULL,
  images INTEGER NOT NULL,
  -- Up to the last epoch's end.
  active_ms REAL NOT NULL,
  peak_step_bytes INTEGER
) STRICT;

INSERT INTO run_summary
SELECT run_id, max(epoch), count(*), max(test_accuracy),
  (SELECT epoch FROM epoch AS each WHERE each.run_id = epoch.run_id ORDER BY test_accuracy DESC, epoch LIMIT 1),
  (SELECT test_accuracy FROM epoch AS each WHERE each.run_id = epoch.run_id ORDER BY epoch DESC LIMIT 1),
  median(images_per_second), median(train_ms), median(evaluation_ms), sum(train_ms), sum(images),
  (SELECT active_ms FROM epoch AS each WHERE each.run_id = epoch.run_id ORDER BY epoch DESC LIMIT 1),
  max(peak_step_bytes)
FROM epoch GROUP BY run_id;

-- Counting an experiment's finished runs, the queue, what runs and the trash look at no other run. An index of all states would tempt
-- SQLite to walk through every finished run in search of a few.
DROP INDEX run_by_experiment;
CREATE INDEX run_by_experiment ON run (experiment_id, deleted, state);
CREATE INDEX run_by_queue ON run (queue_position) WHERE queue_position IS NOT NULL;
DROP INDEX run_by_state;
CREATE INDEX run_running ON run (id) WHERE state = 'running';
CREATE INDEX run_in_trash ON run (id) WHERE deleted = 1;
