import { Menu, app, shell } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../shared/shellApi.ts';
import { pageUrl } from './protocol.ts';
import { bringToFront } from './window.ts';
import type { Workspaces } from './workspaces.ts';

const separator = { type: 'separator' } as const;

/**
 * The native menu. Views are shown by changing the page's fragment, which its router follows; what is done there, the page is told. Keys
 * that the page listens to itself stand beside their items, but are left to it.
 */
export const setMenu = (window: BrowserWindow, workspaces: Workspaces): void => {
  const show = (label: string, path: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      bringToFront(window);
      void window.loadURL(`${pageUrl}#${path}`);
    },
  });
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    click: () => {
      bringToFront(window);
      window.webContents.send('command', name);
    },
  });
  const isMac = process.platform === 'darwin';
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [separator, { role: 'reload' }, { role: 'toggleDevTools' }];
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        show('New experiment', '/new', 'CmdOrCtrl+N'),
        separator,
        command('Import data…', 'importData'),
        command('Import runs…', 'importRuns'),
        {
          label: 'Export',
          submenu: [
            command('Table of Compare', 'exportTable', 'CmdOrCtrl+E'),
            command('All runs as a bundle…', 'exportRuns'),
          ],
        },
        separator,
        { label: 'Open workspace…', click: () => void workspaces.open(null) },
        { label: 'Show workspace folder', click: () => void shell.openPath(workspaces.folder) },
        separator,
        show('Settings', '/settings', 'CmdOrCtrl+,'),
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
        command('Find in this view', 'find', 'CmdOrCtrl+F'),
        command('Commands, views and runs…', 'commands', 'CmdOrCtrl+K'),
      ],
    },
    {
      label: '&View',
      submenu: [
        show('Live', '/live', 'CmdOrCtrl+2'),
        show('Queue', '/queue', 'CmdOrCtrl+3'),
        show('Runs', '/runs', 'CmdOrCtrl+4'),
        show('Compare', '/compare', 'CmdOrCtrl+5'),
        show('Paper', '/paper', 'CmdOrCtrl+6'),
        show('Data', '/data', 'CmdOrCtrl+7'),
        show('Device', '/device', 'CmdOrCtrl+8'),
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
        command('Queue the runs of the form', 'queueForm', 'CmdOrCtrl+Enter'),
        command('Run the quick comparison', 'quick'),
        separator,
        command('Start queue', 'startQueue'),
        command('Pause queue', 'pauseQueue'),
        command('Stop the running run after this epoch', 'stopAfterEpoch'),
        command('Stop the running run now', 'stopNow'),
        separator,
        command('Run the self-test', 'selfTest'),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        show('How it is measured', '/measured'),
        command('Keys', 'keys'),
        separator,
        command('Open logs', 'logs'),
        command('Copy diagnostics', 'diagnostics'),
        separator,
        { role: 'about' },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
};
