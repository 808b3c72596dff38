import type { ResultsRow, ResultsTable } from '../shared/result.ts';

/** Why a row has no value in a column, in a sentence. @param help - what the column is. */
export const whyNothing = (id: string, row: ResultsRow, table: ResultsTable, help: string): string => {
  if (row.n === 0) return 'No run of this group has finished.';
  switch (id) {
    case 'gain_points':
      return 'There is no group to compare with: choose one at “Gain over”.';
    case 'speed_ratio':
      return 'There is no group to compare with: choose one at “Speed relative to”.';
    case 'predicted_speed_ratio':
      return table.speedBaseline === null
        ? 'There is no group to compare with: choose one at “Speed relative to”.'
        : 'Predicted only where nothing but the method differs from the speed baseline, and its cost does not depend on the data.';
    case 'paired_speed_ratio':
      return 'These two were not measured in turn on this machine; “esam-lab speed” does.';
    case 'images_per_second':
      return 'Only warm-up steps were trained, which are not timed.';
    case 'accuracy_at_equal_time':
      return 'Not every run of this group was measured around this time.';
    default:
      return `Nothing was measured. ${help}`;
  }
};
