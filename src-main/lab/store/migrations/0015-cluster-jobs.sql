-- Runs that train elsewhere: where they are wanted (NULL: on the lab's own machine), and the job that each has there, with what of
-- its events has been stored.

ALTER TABLE run ADD COLUMN wanted_place TEXT;

CREATE TABLE cluster_job (
  run_id INTEGER PRIMARY KEY REFERENCES run (id),
  at_place TEXT NOT NULL,
  -- The folder of the submission, and which of its tasks this is.
  submission TEXT NOT NULL,
  task INTEGER NOT NULL,
  -- As the cluster calls the submission; NULL until it has answered.
  job_id TEXT,
  job_state TEXT NOT NULL,
  job_reason TEXT,
  node TEXT,
  -- Stored up to this event of this attempt.
  attempt INTEGER NOT NULL DEFAULT 0,
  sequence INTEGER NOT NULL DEFAULT 0,
  -- 1: nothing is to be done for it any more.
  is_over INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cluster_job_live ON cluster_job (run_id) WHERE is_over = 0;
