/** Asks for the path of a folder on the lab's machine, which no browser's dialog can name; null when cancelled. */
export const askForPath = (): Promise<string | null> =>
  new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    dialog.className = 'path-dialog';
    const form = document.createElement('form');
    form.method = 'dialog';
    const label = document.createElement('label');
    label.textContent = 'Folder on the machine where the lab runs';
    const input = document.createElement('input');
    Object.assign(input, { className: 'input', required: true, placeholder: '/data/imagenet', spellcheck: false });
    label.append(input);
    const button = (text: string, value: string): HTMLButtonElement => {
      const made = document.createElement('button');
      Object.assign(made, { textContent: text, value, className: value === 'import' ? 'primary' : '' });
      if (value === 'cancel') made.formNoValidate = true;
      return made;
    };
    const actions = document.createElement('div');
    actions.className = 'actions';
    actions.append(button('Cancel', 'cancel'), button('Import', 'import'));
    form.append(label, actions);
    dialog.append(form);
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'import' ? input.value.trim() : null);
    });
    // Return means import, though Cancel comes first.
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !input.reportValidity()) return;
      event.preventDefault();
      dialog.close('import');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
