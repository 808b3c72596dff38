import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LabEvent } from '../../shared/labEvent.ts';
import { runColumns } from '../../shared/runs/columns.ts';
import type { RunView } from '../../shared/runs/view.ts';
import { openTestLab } from './fixtures/labs.ts';

const view = fc.record<RunView>({
  query: fc.string({ maxLength: 40 }),
  columns: fc.subarray(runColumns.map(({ id }) => id)),
  sort: fc.option(
    fc.record({ column: fc.constantFrom(...runColumns.map(({ id }) => id)), isDescending: fc.boolean() }),
  ),
  isGrouped: fc.boolean(),
});
const change = fc.record({ name: fc.constantFrom('a', 'b', 'β > ½', 'x'.repeat(60)), view: fc.option(view) });

test('views of the runs are kept by name, as a map would keep them, and outlive the lab', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const { lab, folder } = await openTestLab();
      const told: LabEvent['type'][] = [];
      lab.onEvent(({ type }) => told.push(type));
      const expected = new Map<string, RunView>();
      for (const { name, view: kept } of changes) {
        if (kept === null) {
          expected.delete(name);
          await lab.removeRunView({ name });
        } else {
          expected.set(name, kept);
          await lab.saveRunView({ name, view: kept });
        }
      }
      expect(told).toEqual(changes.map(() => 'runViewsChanged'));
      await lab.close();
      const { lab: again } = await openTestLab(folder);
      const found = new Map((await again.runViews({})).map((each) => [each.name, each.view]));
      expect(found).toEqual(expected);
      await again.close();
    }),
    { numRuns: 3 },
  );
});
