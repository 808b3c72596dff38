const focusable = 'a[href], button:not(:disabled), [tabindex="0"], input[type="checkbox"], select, summary';

const itemsOf = (row: Element): HTMLElement[] =>
  [...row.querySelectorAll<HTMLElement>(focusable)].filter((item) => item.getClientRects().length > 0);

/** Fields in which the arrows mean something of their own. */
const takesArrows =
  'input:not([type="checkbox"]), textarea, select, [role="combobox"], [role="listbox"], [contenteditable]';

/** In a table, ↑ and ↓ go to the same place in the row above or below, Home and End to the first and the last row. */
export const moveInTable = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (!['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) return;
  const from = event.target instanceof HTMLElement && event.target.matches(takesArrows) ? null : event.target;
  const row = from instanceof HTMLElement ? from.closest('table.grid tbody tr') : null;
  const table = row?.closest('table');
  if (!row || !table || !(from instanceof HTMLElement)) return;
  const rows = [...table.querySelectorAll('tbody tr')].filter((each) => each === row || itemsOf(each).length > 0);
  const here = rows.indexOf(row);
  const wanted = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: rows.length - 1 }[event.key] ?? here;
  const next = rows[wanted];
  if (next === undefined || next === row) return;
  event.preventDefault();
  const place = itemsOf(row).findIndex((item) => item === from || item.contains(from));
  const items = itemsOf(next);
  (items[place] ?? items[0])?.focus();
};
