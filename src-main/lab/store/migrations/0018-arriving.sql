-- Experiments of which not all runs are there yet: many are added in several transactions. Nobody sees them before the last one, and a lab
-- that finds one when it opens was ended meanwhile, and removes it.

CREATE TABLE arriving (
  experiment_id INTEGER PRIMARY KEY REFERENCES experiment (id)
) STRICT;
