-- Speeds of methods measured together in one trainer process, and on what.

CREATE TABLE speed_measurement (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  lab_version TEXT NOT NULL,
  cpu_model TEXT NOT NULL,
  cpu_cores INTEGER NOT NULL CHECK (cpu_cores >= 1),
  -- The settings that the methods had in common.
  base TEXT NOT NULL CHECK (json_valid(base)),
  -- A list of {optimizer, roundMs, stepMs, phaseMs}.
  arms TEXT NOT NULL CHECK (json_valid(arms)),
  steps_per_round INTEGER NOT NULL CHECK (steps_per_round >= 1),
  ended_by TEXT NOT NULL,
  limit_ms REAL NOT NULL CHECK (limit_ms > 0),
  environment TEXT NOT NULL CHECK (json_valid(environment))
) STRICT;

CREATE INDEX speed_measurement_by_machine ON speed_measurement (cpu_model, cpu_cores);
