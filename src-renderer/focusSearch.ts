/** The search field of the view that is open. */
export const searchField = (): HTMLInputElement | null => document.querySelector('[data-search]');

/** Ctrl/Cmd+F puts the cursor into the view's search field. */
export const focusSearch = (event: KeyboardEvent): void => {
  if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
  const field = searchField();
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
};
