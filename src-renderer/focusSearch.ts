/** Ctrl/Cmd+F puts the cursor into the view's search field. */
export const focusSearch = (event: KeyboardEvent): void => {
  if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
  const field = document.querySelector<HTMLInputElement>('[data-search]');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
};
