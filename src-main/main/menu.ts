import { Menu, app, shell } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import { menuTexts } from '../../shared/menuCommands.ts';
import type { MenuCommand } from '../../shared/menuCommands.ts';
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
        show('New experiment', '/new', 'CmdOrCtrl+N'),
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
        command('find'),
        command('commands'),
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
        show('How it is measured', '/measured'),
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
