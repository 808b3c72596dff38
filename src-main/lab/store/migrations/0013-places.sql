-- Where a run began last, as the lab's places are called; NULL where it never began, or was imported.
-- Everything that began until now did so on the lab's own machine.

ALTER TABLE run ADD COLUMN place TEXT;
UPDATE run SET place = 'this-machine'
  WHERE started_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run_origin WHERE run_id = run.id);
