-- Phases, engines, precisions and devices are the registries' names: the database stores whatever they are, and lists none of them.

CREATE TABLE new_phase_time (
  run_id INTEGER NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  step INTEGER NOT NULL CHECK (step >= 0),
  phase TEXT NOT NULL,
  ms REAL NOT NULL CHECK (ms >= 0),
  PRIMARY KEY (run_id, epoch, step, phase)
) STRICT, WITHOUT ROWID;
INSERT INTO new_phase_time (run_id, epoch, step, phase, ms) SELECT run_id, epoch, step, phase, ms FROM phase_time;
DROP TABLE phase_time;
ALTER TABLE new_phase_time RENAME TO phase_time;

CREATE TABLE new_self_test (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  lab_version TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_cores INTEGER NOT NULL CHECK (cpu_cores >= 1),
  gpu TEXT,
  gpu_memory_bytes REAL CHECK (gpu_memory_bytes >= 0),
  engine TEXT NOT NULL,
  precision TEXT NOT NULL,
  version TEXT NOT NULL,
  device TEXT NOT NULL,
  threads INTEGER NOT NULL CHECK (threads >= 1),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  steps INTEGER NOT NULL CHECK (steps >= 1),
  -- A list of {model, batchSize, macs, imagesPerSecond, gflops}.
  speeds TEXT NOT NULL CHECK (json_valid(speeds)),
  convolution_gflops REAL NOT NULL CHECK (convolution_gflops > 0),
  -- NULL: not finite.
  gradient_deviation REAL CHECK (gradient_deviation >= 0),
  deviates_most TEXT NOT NULL,
  one_dnn INTEGER CHECK (one_dnn IN (0, 1))
) STRICT;
INSERT INTO new_self_test SELECT * FROM self_test;
DROP TABLE self_test;
ALTER TABLE new_self_test RENAME TO self_test;
CREATE INDEX self_test_by_machine ON self_test (cpu_model, cpu_cores, engine, precision);
