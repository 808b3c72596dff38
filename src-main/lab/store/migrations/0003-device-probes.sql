-- What the self-test measured, one row for each engine and precision each time, and the threads that runs computed in.

CREATE TABLE device_probe (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  lab_version TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_cores INTEGER NOT NULL CHECK (cpu_cores >= 1),
  gpu TEXT,
  gpu_memory_bytes REAL CHECK (gpu_memory_bytes >= 0),
  engine TEXT NOT NULL CHECK (engine IN ('tensorflow', 'wasm')),
  precision TEXT NOT NULL CHECK (precision IN ('float32', 'bfloat16')),
  version TEXT NOT NULL,
  device TEXT NOT NULL CHECK (device IN ('CPU', 'GPU')),
  threads INTEGER NOT NULL CHECK (threads >= 1),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  steps INTEGER NOT NULL CHECK (steps >= 1),
  -- A list of {model, batchSize, macs, imagesPerSecond, gflops}.
  speeds TEXT NOT NULL CHECK (json_valid(speeds)),
  convolution_gflops REAL NOT NULL CHECK (convolution_gflops > 0),
  -- NULL: not finite.
  gradient_deviation REAL CHECK (gradient_deviation >= 0),
  deviates_most TEXT NOT NULL
) STRICT;

CREATE INDEX device_probe_by_machine ON device_probe (cpu_model, cpu_cores, engine, precision);

-- NULL: the run is older than this column.
ALTER TABLE environment ADD COLUMN threads INTEGER CHECK (threads >= 1);
