import { app, session } from 'electron';
import type { Event, WebContents } from 'electron';
import { isOwnPage } from './protocol.ts';

/**
 * Leaves Chromium no way out of the machine, nor to it: the page comes over `app:`, and nothing of the app's needs a network. The content
 * security policy does not govern WebRTC, which therefore may use no socket but a proxy's; the proxy is a port where nobody answers, and no
 * name is resolved. Before the app is ready.
 */
export const closeNetwork = (): void => {
  app.commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp');
  app.commandLine.appendSwitch('proxy-server', '127.0.0.1:9');
  app.commandLine.appendSwitch('proxy-bypass-list', '<-loopback>');
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
};

/** By which developers have other code loaded. */
const developerVariables = [
  'ESAM_LAB_NODE',
  'ESAM_LAB_TENSORFLOW_BINDING',
  'ESAM_LAB_NOTICES',
  'NODE_OPTIONS',
  'NODE_PATH',
];
/** By which others on this machine could look into the page, and act as it. */
const debuggingSwitches = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'js-flags'];

/** What serves developers does nothing in a packaged app. Before the app is ready, and before any process is started. */
export const forgetDeveloperSettings = (): void => {
  if (!app.isPackaged) return;
  for (const name of developerVariables) Reflect.deleteProperty(process.env, name);
  for (const name of debuggingSwitches) app.commandLine.removeSwitch(name);
};

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
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  const deny = (event: Event): void => event.preventDefault();
  const denyForeign = (event: Event, url: string): void => {
    if (!isOwnPage(url)) event.preventDefault();
  };
  contents.on('will-navigate', denyForeign);
  contents.on('will-redirect', deny);
  contents.on('will-attach-webview', deny);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
};
