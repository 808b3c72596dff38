import { nameOfMethod } from '../shared/method.ts';
import type { ResultsRow } from '../shared/result.ts';

/** What tells a row from the others of its method: "γ 0.75" of "ESAM (γ 0.75)"; nothing where it is the only one. */
export const withinMethod = ({ label, config }: Pick<ResultsRow, 'label' | 'config'>): string => {
  const rest = label.slice(nameOfMethod(config.optimizer).length);
  return rest.startsWith(' (') && rest.endsWith(')') ? rest.slice(2, -1) : rest.trim();
};
