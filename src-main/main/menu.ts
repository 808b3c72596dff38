import { Menu, app } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import { pageUrl } from './protocol.ts';
import { bringToFront } from './window.ts';

/** The native menu; views are shown by changing the page's fragment, which its router follows. */
export const setMenu = (window: BrowserWindow, showWorkspace: () => void): void => {
  const show = (label: string, path: string, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => {
      bringToFront(window);
      void window.loadURL(`${pageUrl}#${path}`);
    },
  });
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        show('New experiment', '/new', 'CmdOrCtrl+N'),
        { label: 'Show workspace folder', click: showWorkspace },
        { type: 'separator' },
        { role: process.platform === 'darwin' ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
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
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...developer,
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ role: 'about' }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
};
