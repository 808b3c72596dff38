import { Menu, app, shell } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import { menuTexts } from '../../shared/menuCommands.ts';
import type { MenuCommand } from '../../shared/menuCommands.ts';
import { views } from '../../shared/views.ts';
import type { View, ViewPath } from '../../shared/views.ts';
import { pageUrl } from './protocol.ts';
import { bringToFront } from './window.ts';
import type { Workspaces } from './workspaces.ts';

const separator = { type: 'separator' } as const;
/** Views that stand in the menu of files; all others stand in their own. */
const inFile: readonly string[] = ['/new', '/settings'];

/**
 * The native menu. Views are shown by changing the page's fragment, which its router follows; what is done there, the page is told. Keys
 * that the page listens to itself stand beside their items, but are left to it.
 */
export const setMenu = (window: BrowserWindow, workspaces: Workspaces): void => {
  const show = ({ path, name, keys }: View): MenuItemConstructorOptions => ({
    label: name,
    ...(keys === undefined ? {} : { accelerator: keys }),
    click: () => {
      bringToFront(window);
      void window.loadURL(`${pageUrl}#${path}`);
    },
  });
  const view = (wanted: ViewPath): MenuItemConstructorOptions[] =>
    views.filter(({ path }) => path === wanted).map(show);
  const command = (id: MenuCommand): MenuItemConstructorOptions => {
    const { name, inMenu = name, keys } = menuTexts(id);
    return {
      label: inMenu,
      ...(keys === undefined ? {} : { accelerator: keys, registerAccelerator: false }),
      click: () => {
        bringToFront(window);
        window.webContents.send('command', id);
      },
    };
  };
  const isMac = process.platform === 'darwin';
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [separator, { role: 'reload' }, { role: 'toggleDevTools' }];
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        ...view('/new'),
        separator,
        command('importData'),
        command('importRuns'),
        {
          label: 'Export',
          submenu: [command('exportTable'), command('exportRuns')],
        },
        separator,
        { label: 'Open workspace…', click: () => void workspaces.open(null) },
        { label: 'Show workspace folder', click: () => void shell.openPath(workspaces.folder) },
        separator,
        ...view('/settings'),
        separator,
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        command('find'),
        command('commands'),
      ],
    },
    {
      label: '&View',
      submenu: [
        ...views.filter(({ path }) => !inFile.includes(path)).map(show),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...developer,
      ],
    },
    {
      label: '&Run',
      submenu: [
        command('queueForm'),
        command('quick'),
        separator,
        {
          label: 'The open or chosen runs',
          submenu: [
            command('useRuns'),
            command('compareRuns'),
            command('resumeRuns'),
            command('repeatRuns'),
            separator,
            command('starRuns'),
            command('archiveRuns'),
            separator,
            command('removeRuns'),
          ],
        },
        separator,
        command('startQueue'),
        command('pauseQueue'),
        command('stopAfterEpoch'),
        command('stopNow'),
        separator,
        command('selfTest'),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        show({ path: '/measured', name: 'How it is measured' }),
        command('keys'),
        separator,
        command('logs'),
        command('diagnostics'),
        separator,
        { role: 'about' },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
};
