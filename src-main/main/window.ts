import { BrowserWindow, app, dialog, nativeTheme } from 'electron';
import { windowOpened } from '../../shared/windowOpened.ts';
import { iconFile, preloadEntry } from './paths.ts';
import { pageUrl } from './protocol.ts';
import { lastWindowState, rememberWindowState } from './windowState.ts';

/** Two page crashes this close together are not answered by another reload. */
const reloadEveryMs = 10_000;

/** Opens the app's window where it was last; the title carries what must be said always (a stand-in Electron). */
export const openWindow = (notices: readonly string[]): BrowserWindow => {
  const state = lastWindowState();
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    ...(state && { x: state.x, y: state.y, width: state.width, height: state.height }),
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: ['ESAM Lab', ...notices].join(' – '),
    icon: iconFile,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload: preloadEntry,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (state?.maximized === true) window.maximize();
  window.on('page-title-updated', (event) => event.preventDefault());
  window.once('ready-to-show', () => {
    window.show();
    if (process.connected) process.send?.(windowOpened);
  });
  window.on('close', () => rememberWindowState(window));
  reloadAfterCrash(window);
  void window.loadURL(pageUrl);
  return window;
};

export const bringToFront = (window: BrowserWindow): void => {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
};

const reloadAfterCrash = (window: BrowserWindow): void => {
  let lastReload = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const isRepeated = performance.now() - lastReload < reloadEveryMs;
    lastReload = performance.now();
    if (isRepeated) {
      dialog.showErrorBox('The window crashed twice', 'Training goes on. Quit the app and start it again to see it.');
    } else {
      window.webContents.reload();
    }
  });
};
