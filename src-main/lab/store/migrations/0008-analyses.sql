-- Analyses of checkpoints: what was asked for, how far it is, and the rows that it gave. A row is stored as soon as it is computed, so that
-- an analysis that was cut short goes on at the next one.

CREATE TABLE analysis (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id),
  file_name TEXT NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  row_count INTEGER NOT NULL CHECK (row_count >= 1),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'finished', 'cancelled', 'failed')),
  reason TEXT,
  created_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

CREATE INDEX analysis_by_run ON analysis (run_id);

CREATE TABLE analysis_row (
  analysis_id INTEGER NOT NULL REFERENCES analysis (id) ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  content TEXT NOT NULL CHECK (json_valid(content)),
  PRIMARY KEY (analysis_id, place)
) STRICT, WITHOUT ROWID;
