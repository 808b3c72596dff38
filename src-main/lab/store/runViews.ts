import { namedRunViewSchema, type NamedRunView } from '../../../shared/runs/view.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  readonly name: string;
  readonly definition: string;
}

const nameOf = ({ name }: Row): string => `The view “${name}” of the runs`;

/** Views of the list of runs, each under its name. */
export const runViewTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const all = database.prepare<[], Row>('SELECT name, definition FROM run_view ORDER BY name');
  const put = database.prepare('INSERT OR REPLACE INTO run_view (name, definition) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM run_view WHERE name = ?');
  return {
    all: (): NamedRunView[] =>
      notUnderstood.rows(all.all(), nameOf, ({ name, definition }) =>
        namedRunViewSchema.parse({ name, view: JSON.parse(definition) as unknown }),
      ),
    /** Takes the place of one of the same name. */
    put: ({ name, view }: NamedRunView): void => void put.run(name, JSON.stringify(view)),
    remove: (name: string): void => void remove.run(name),
  };
};
