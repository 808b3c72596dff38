import type { RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';

/**
 * Images/s of a run: the median over epochs. Of epochs that climb and such that do not (in the last epochs only, say) each kind has its median,
 * and counts by its images: the median of all would be that of one kind.
 */
const rate = `SELECT iif(count(*) = 1, max(kind_rate), sum(kind_images) / sum(kind_images / kind_rate))
  FROM (SELECT sum(images) AS kind_images, median(images_per_second) AS kind_rate FROM epoch
    WHERE run_id = @id AND images_per_second IS NOT NULL GROUP BY steps_perturbed > 0)`;

/** What the epochs of a run tell, in one row: kept, not recomputed. */
export const runSummaryTable = (database: Database) => {
  const remove = database.prepare('DELETE FROM run_summary WHERE run_id = ?');
  const insert = database.prepare(
    `INSERT INTO run_summary (run_id, epoch, epochs_done, best_test_accuracy, best_epoch, last_test_accuracy, images_per_second, epoch_ms,
       evaluation_ms, train_ms, images, active_ms, peak_step_bytes)
     SELECT run_id, max(epoch), count(*), max(test_accuracy),
       (SELECT epoch FROM epoch WHERE run_id = @id ORDER BY test_accuracy DESC, epoch LIMIT 1),
       (SELECT test_accuracy FROM epoch WHERE run_id = @id ORDER BY epoch DESC LIMIT 1),
       (${rate}), median(train_ms), median(evaluation_ms), sum(train_ms), sum(images),
       (SELECT active_ms FROM epoch WHERE run_id = @id ORDER BY epoch DESC LIMIT 1),
       max(peak_step_bytes)
     FROM epoch WHERE run_id = @id GROUP BY run_id`,
  );
  return {
    /** To be called in the transaction that changed the run's epochs. Reads this run's epochs, of no other. */
    renew: (id: RunId): void => {
      remove.run(id);
      insert.run({ id });
    },
  };
};
