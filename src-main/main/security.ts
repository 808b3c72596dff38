import { app, session } from 'electron';
import type { Event, WebContents } from 'electron';
import { isOwnPage } from './protocol.ts';

/** The page stays the app's own page, opens nothing and gets no permission but writing to the clipboard. */
export const lockDown = (): void => {
  app.on('web-contents-created', (_event, contents) => confine(contents));
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(isPermitted(permission)));
  defaultSession.setPermissionCheckHandler((_contents, permission) => isPermitted(permission));
  defaultSession.setDevicePermissionHandler(() => false);
};

const isPermitted = (permission: string): boolean => permission === 'clipboard-sanitized-write';

const confine = (contents: WebContents): void => {
  const deny = (event: Event): void => event.preventDefault();
  const denyForeign = (event: Event, url: string): void => {
    if (!isOwnPage(url)) event.preventDefault();
  };
  contents.on('will-navigate', denyForeign);
  contents.on('will-redirect', deny);
  contents.on('will-attach-webview', deny);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
};
