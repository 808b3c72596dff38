-- What the user says of runs. A run of which nothing is said has no row.

CREATE TABLE annotation (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  -- A list of words.
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  -- Markdown.
  note TEXT NOT NULL,
  starred INTEGER NOT NULL CHECK (starred IN (0, 1)),
  archived INTEGER NOT NULL CHECK (archived IN (0, 1))
) STRICT;
