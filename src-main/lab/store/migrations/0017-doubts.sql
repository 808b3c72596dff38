-- Why a run that still counts is not to be believed (shared/doubts.ts), as JSON, and how many cores of its machine others kept busy, the mean
-- while it trained; NULL: nothing is doubtful, nobody has measured it.
-- Of former runs the finite explosions are found that no network recovers from.

ALTER TABLE run ADD COLUMN doubt TEXT CHECK (json_valid(doubt));
ALTER TABLE run ADD COLUMN others_busy_cores REAL CHECK (others_busy_cores >= 0);
UPDATE run SET doubt = (
    SELECT json_object('kind', 'explosion', 'sinceEpoch', min(epoch)) FROM epoch
    WHERE epoch.run_id = run.id AND max(coalesce(train_loss, 1e9), coalesce(test_loss, 1e9)) > 1000)
  WHERE EXISTS (
    SELECT 1 FROM run_summary JOIN epoch ON epoch.run_id = run_summary.run_id AND epoch.epoch = run_summary.epoch
    WHERE run_summary.run_id = run.id AND max(coalesce(train_loss, 1e9), coalesce(test_loss, 1e9)) > 1000);
