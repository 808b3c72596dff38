-- What the user has chosen for this workspace, by name; what was never chosen has no row. The value is JSON.

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
