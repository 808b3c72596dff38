/** What the app tells the script that started it, once its window is on screen. */
export const windowOpened = 'windowOpened';
